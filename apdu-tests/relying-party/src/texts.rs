//! Every text that a person reads, once for each language. A text missing in one language does not compile.

mod english;
mod japanese;

pub(crate) use english::ENGLISH;
pub(crate) use japanese::JAPANESE;

/// What went wrong, and what the person can do about it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Problem {
    /// What went wrong.
    pub(crate) message: &'static str,
    /// What to do.
    pub(crate) advice: &'static str,
}

/// The texts of one language.
#[derive(Debug)]
pub(crate) struct Texts {
    // Around every page
    pub(crate) site_name: &'static str,
    pub(crate) skip_to_content: &'static str,
    pub(crate) navigation: &'static str,
    pub(crate) language_switch: &'static str,
    pub(crate) demonstration: &'static str,
    pub(crate) script_needed: &'static str,

    // Home
    pub(crate) home_title: &'static str,
    pub(crate) home_lead: &'static str,
    pub(crate) home_register: &'static str,
    pub(crate) home_login: &'static str,

    // Registering and logging in
    pub(crate) register_title: &'static str,
    pub(crate) register_lead: &'static str,
    pub(crate) register_button: &'static str,
    pub(crate) login_title: &'static str,
    pub(crate) login_lead: &'static str,
    pub(crate) login_both_title: &'static str,
    pub(crate) login_both_text: &'static str,
    pub(crate) login_both_button: &'static str,
    pub(crate) login_authentication_title: &'static str,
    pub(crate) login_authentication_text: &'static str,
    pub(crate) login_authentication_button: &'static str,
    pub(crate) steps_title: &'static str,
    pub(crate) step_signature: &'static str,
    pub(crate) step_signature_text: &'static str,
    pub(crate) step_authentication: &'static str,
    pub(crate) step_authentication_text: &'static str,
    pub(crate) step_confirm: &'static str,
    pub(crate) step_confirm_text: &'static str,
    pub(crate) statement_title: &'static str,
    pub(crate) statement_preview: &'static str,
    pub(crate) cancel_button: &'static str,

    // The statement
    pub(crate) statement_register_title: &'static str,
    pub(crate) statement_register_body: &'static str,
    pub(crate) statement_login_title: &'static str,
    pub(crate) statement_login_body: &'static str,
    pub(crate) statement_site: &'static str,
    pub(crate) statement_time: &'static str,
    pub(crate) statement_nonce: &'static str,

    // For the script
    pub(crate) progress_preparing: &'static str,
    pub(crate) progress_card: &'static str,
    pub(crate) progress_signature: &'static str,
    pub(crate) progress_authentication: &'static str,
    pub(crate) progress_signing: &'static str,
    pub(crate) progress_sending: &'static str,
    pub(crate) progress_done: &'static str,
    pub(crate) problem_title: &'static str,
    /// `{n}` is replaced by the number.
    pub(crate) problem_tries_left: &'static str,
    pub(crate) problem_code: &'static str,
    pub(crate) problem_detail: &'static str,
    pub(crate) aborted: Problem,
    pub(crate) site_unreachable: Problem,
    pub(crate) check_title: &'static str,
    pub(crate) check_text: &'static str,
    pub(crate) check_button: &'static str,
    pub(crate) check_running: &'static str,
    pub(crate) check_service: &'static str,
    pub(crate) check_reader: &'static str,
    pub(crate) check_no_reader: &'static str,
    pub(crate) check_no_card: &'static str,
    pub(crate) check_card_my_number: &'static str,
    pub(crate) check_card_phone: &'static str,
    pub(crate) check_card_other: &'static str,
    /// `{n}` is replaced by the number.
    pub(crate) check_signature_tries: &'static str,
    /// `{n}` is replaced by the number.
    pub(crate) check_authentication_tries: &'static str,
    pub(crate) check_blocked: &'static str,

    // The form to confirm
    pub(crate) confirm_title: &'static str,
    pub(crate) confirm_lead: &'static str,
    pub(crate) confirm_button: &'static str,
    pub(crate) discard_button: &'static str,
    pub(crate) person_name: &'static str,
    pub(crate) person_birth_date: &'static str,
    pub(crate) person_sex: &'static str,
    pub(crate) person_address: &'static str,
    pub(crate) person_missing: &'static str,
    pub(crate) person_substitutes: &'static str,
    pub(crate) sex_male: &'static str,
    pub(crate) sex_female: &'static str,
    pub(crate) sex_other: &'static str,

    // Certificates
    pub(crate) certificates_title: &'static str,
    pub(crate) certificates_checked: &'static str,
    pub(crate) certificate_signature: &'static str,
    pub(crate) certificate_authentication: &'static str,
    pub(crate) certificate_until: &'static str,
    pub(crate) revocation_not_checked: &'static str,
    pub(crate) revocation_text: &'static str,

    // After it
    pub(crate) registered_title: &'static str,
    pub(crate) registered_lead: &'static str,
    pub(crate) account_title: &'static str,
    /// `{name}` is replaced by the person's name.
    pub(crate) account_welcome: &'static str,
    pub(crate) account_last_login: &'static str,
    pub(crate) account_previous_login: &'static str,
    pub(crate) account_first_login: &'static str,
    pub(crate) account_method: &'static str,
    pub(crate) account_person: &'static str,
    pub(crate) logout_button: &'static str,
    pub(crate) logged_out_title: &'static str,
    pub(crate) logged_out_lead: &'static str,
    pub(crate) to_home: &'static str,

    // Refusals of the server
    pub(crate) challenge_gone: Problem,
    pub(crate) answer_unusable: Problem,
    pub(crate) signature_mismatch: Problem,
    pub(crate) certificate_refused: Problem,
    pub(crate) certificate_expired: Problem,
    pub(crate) signature_first: Problem,
    pub(crate) not_registered: Problem,
    pub(crate) other_signature_certificate: Problem,
    pub(crate) other_origin: Problem,
    pub(crate) request_malformed: Problem,
    pub(crate) not_found: Problem,
    pub(crate) internal: Problem,
}
