use super::*;

const HEAD: &str = "name = 'A story'\nshows = 'something'\nharmless = false\n";
const STEP: &str = "[[step]]\nname = 'the counter'\nsend = '00 20 00 98'\nexpect = '63 C3'\n";

fn refused(text: &str) -> String {
    Story::parse(text).unwrap_err().to_string()
}

#[test]
fn a_story_without_variants_is_played_with_one_card() {
    let story = Story::parse(&format!("{HEAD}profile.tries.authentication = 1\n{STEP}")).unwrap();
    let [only] = &story.variants[..] else {
        panic!("one")
    };
    assert_eq!(only.profile.tries.authentication, 1);
    assert_eq!(only.profile.tries.signature, 5);
    assert_eq!(story.commands().count(), 1);
}

#[test]
fn a_story_may_begin_with_a_built_in_profile() {
    let text = format!("{HEAD}like = 'child'\nprofile.tries.authentication = 2\n{STEP}");
    let story = Story::parse(&text).unwrap();
    let [only] = &story.variants[..] else {
        panic!("one")
    };
    assert!(!only.profile.certificates.signature);
    assert_eq!(only.profile.tries.authentication, 2);
}

#[test]
fn a_variant_changes_the_storys_card_where_it_says_so() {
    let text = "profile.quirks = { status_lifetime = 'iso', get_response = true }
        [[variant]]
        name = 'one'
        [[variant]]
        name = 'other'
        profile.quirks.status_lifetime = 'measured'
        [[step]]
        name = 'x'
        send = '00 20 00 98'
        expect = { one = '90 00', other = '63 C.' }";
    let story = Story::parse(&format!("{HEAD}{text}")).unwrap();
    let [one, other] = &story.variants[..] else {
        panic!("two")
    };
    let (one, other) = (one.profile.quirks, other.profile.quirks);
    assert_ne!(one.status_lifetime, other.status_lifetime);
    assert!(one.get_response && other.get_response);
    let [
        Step {
            act: Act::Send { expected, .. },
            ..
        },
    ] = &story.steps[..]
    else {
        panic!("one command")
    };
    let expected: Vec<_> = expected.iter().map(ToString::to_string).collect();
    assert_eq!(expected, ["90 00", "63 C."]);
}

#[test]
fn what_is_wrong_is_told_with_its_line_and_field() {
    let second_step = format!("{STEP}[[step]]\nname = 'y'\n");
    for (text, line, field) in [
        (format!("author = 'x'\n{STEP}"), 4, "author"),
        (format!("{STEP}expct = '90 00'\n"), 8, "expct"),
        (STEP.replace("00 98", "0 98"), 6, "send"),
        (STEP.replace("63 C3", "63"), 4, "expect"),
        (format!("like = 'nobody'\n{STEP}"), 4, "like"),
        (format!("[profile]\nsed = 'x'\n{STEP}"), 4, "sed"),
        (
            format!("[profile.tries]\nsignature = 6\n{STEP}"),
            4,
            "profile",
        ),
        (format!("{STEP}reader = 'remove'\n"), 4, "step"),
        (format!("{second_step}reader = 'drop'\n"), 10, "reader"),
        (second_step, 8, "step"),
        (format!("{STEP}[[variant]]\nname = ''\n"), 8, "variant"),
        ("step = []".to_owned(), 1, "step"),
        (String::new(), 1, "step"),
    ] {
        let said = refused(&format!("{HEAD}{text}"));
        assert!(said.contains(&format!("line {line}")), "{text}: {said}");
        assert!(said.contains(field), "{field}: {said}");
    }
}

#[test]
fn each_variant_has_its_answer_and_no_answer_is_left_over() {
    let variants = "[[variant]]\nname = 'a'\n[[variant]]\nname = 'b'\n";
    let with = |expect: &str| format!("{HEAD}{variants}{}", STEP.replace("'63 C3'", expect));
    assert!(Story::parse(&with("{ a = '90 00', b = '63 C3' }")).is_ok());
    let missing = refused(&with("{ a = '90 00' }"));
    assert_eq!(missing, "line 8, expect: no answer of \"b\"");
    let left_over = refused(&with("{ a = '90 00', b = '63 C3', c = '90 00' }"));
    assert_eq!(left_over, "line 8, expect: there is no variant \"c\"");
}
