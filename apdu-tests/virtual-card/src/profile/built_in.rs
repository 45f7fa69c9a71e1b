//! The profiles that come with the program. All share one authority, so that a relying party trusts one set.

/// A profile that comes with the program.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BuiltIn {
    /// What `--profile` takes.
    pub name: &'static str,
    /// What card it is, in English.
    pub english: &'static str,
    /// What card it is, in Japanese.
    pub japanese: &'static str,
    /// The profile as TOML; its comment says what a person and a site should see.
    pub text: &'static str,
}

/// The built-in profile whose file has this name.
macro_rules! built_in {
    ($name:literal, $english:literal, $japanese:literal) => {
        BuiltIn {
            name: $name,
            english: $english,
            japanese: $japanese,
            text: include_str!(concat!("../../profiles/", $name, ".toml")),
        }
    };
}

/// Every built-in profile, in the order in which a tester meets them.
pub const BUILT_IN: &[BuiltIn] = &[
    built_in!(
        "adult",
        "An adult's plastic card, new and untouched",
        "成人の新しいカード"
    ),
    built_in!(
        "long-latin-name",
        "A resident from abroad with a long name in Latin capitals",
        "ローマ字の長い氏名を持つ外国人住民"
    ),
    built_in!(
        "katakana-name",
        "A resident from abroad whose name is in katakana",
        "片仮名の氏名を持つ外国人住民"
    ),
    built_in!(
        "child",
        "A child under 15: no signature certificate",
        "15歳未満（署名用電子証明書なし）"
    ),
    built_in!(
        "expired",
        "Certificates that ended 30 days ago",
        "30日前に有効期限が切れた電子証明書"
    ),
    built_in!(
        "expiring-in-7-days",
        "Certificates whose last day is in a week",
        "7日後に有効期限が切れる電子証明書"
    ),
    built_in!(
        "generation-1",
        "Issued by the authorities of 2015; all generations share one name",
        "2015年の認証局が発行（認証局の名称は全世代で同じ）"
    ),
    built_in!(
        "generation-2",
        "Issued by the authorities of 2019; all generations share one name",
        "2019年の認証局が発行（認証局の名称は全世代で同じ）"
    ),
    built_in!(
        "generation-3",
        "Issued by the authorities of 2023; all generations share one name",
        "2023年の認証局が発行（認証局の名称は全世代で同じ）"
    ),
    built_in!(
        "signature-blocked-authentication-last-try",
        "Signature password blocked, one try left for the authentication PIN",
        "署名用パスワードはロック、利用者証明用暗証番号は残り1回"
    ),
    built_in!(
        "no-usable-pins",
        "Every PIN is blocked",
        "すべての暗証番号がロック"
    ),
    built_in!(
        "android",
        "An Android phone: the authentication certificate is behind its PIN",
        "Android端末（利用者証明用電子証明書の読み出しにも暗証番号が必要）"
    ),
    built_in!("iphone", "An iPhone", "iPhone"),
    built_in!(
        "juki-card",
        "The resident register card that came before, no longer issued",
        "発行の終わった住民基本台帳カード"
    ),
];
