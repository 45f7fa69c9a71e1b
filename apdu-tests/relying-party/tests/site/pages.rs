//! Pages, languages and assets.

use axum::http::StatusCode;

use crate::browser::TestSite;
use crate::holder::Holder;

const PAGES: [(&str, &str); 5] = [
    ("/", "home"),
    ("/register", "register"),
    ("/login", "login"),
    ("/register/done", "registered"),
    ("/logged-out", "logged-out"),
];

#[tokio::test]
async fn every_page_speaks_both_languages() {
    let mut browser = TestSite::trusting(&Holder::new()).browser();
    for (path, name) in PAGES {
        browser.language = "ja";
        let japanese = browser.open(path).await;
        browser.language = "en";
        let english = browser.open(path).await;
        assert_eq!((japanese.page(), english.page()), (name, name));
        assert!(
            japanese.body.contains("<html lang=\"ja\">") && japanese.body.contains("本文へ移動")
        );
        assert!(
            english.body.contains("<html lang=\"en\">") && english.body.contains("Skip to content")
        );
        let foreign = english.body.replace("日本語", "");
        assert!(
            foreign.is_ascii() || !foreign.chars().any(|c| ('ぁ'..='ん').contains(&c)),
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_switch_is_remembered() {
    let mut browser = TestSite::trusting(&Holder::new()).browser();
    assert!(
        browser
            .open("/login?lang=ja")
            .await
            .body
            .contains("<html lang=\"ja\">")
    );
    assert!(
        browser
            .open("/register")
            .await
            .body
            .contains("<html lang=\"ja\">")
    );
    assert!(
        browser
            .open("/register?lang=en")
            .await
            .body
            .contains("<html lang=\"en\">")
    );
    assert!(browser.open("/").await.body.contains("<html lang=\"en\">"));
}

#[tokio::test]
async fn no_page_calls_a_certificate_valid() {
    let mut holder = Holder::new();
    let mut browser = TestSite::trusting(&holder).browser();
    browser.register(&mut holder).await;
    browser.sign("register", &mut holder).await;
    browser.authenticate("register", &mut holder).await;
    for language in ["ja", "en"] {
        for path in [
            "/",
            "/register",
            "/register/confirm",
            "/register/done",
            "/login",
        ] {
            let body = browser
                .open(&format!("{path}?lang={language}"))
                .await
                .body
                .to_lowercase();
            assert!(!body.contains("有効") && !body.contains("valid"), "{path}");
        }
    }
}

#[tokio::test]
async fn a_page_that_is_not_there_says_so() {
    let mut browser = TestSite::trusting(&Holder::new()).browser();
    let answer = browser.open("/nowhere").await;
    assert_eq!(
        (answer.status, answer.page()),
        (StatusCode::NOT_FOUND, "error")
    );
    assert!(answer.body.contains("Page not found"));
}

#[tokio::test]
async fn scripts_and_styles_have_their_types() {
    let mut browser = TestSite::trusting(&Holder::new()).browser();
    for (path, media_type) in [
        ("/app.js", "text/javascript; charset=utf-8"),
        ("/jpkid.js", "text/javascript; charset=utf-8"),
        ("/style.css", "text/css; charset=utf-8"),
        ("/icon.svg", "image/svg+xml"),
    ] {
        let answer = browser.open(path).await;
        assert_eq!(
            (
                answer.status,
                answer.headers["content-type"].to_str().unwrap()
            ),
            (StatusCode::OK, media_type)
        );
    }
    assert_eq!(browser.open("/jpkid.js").await.body, "export {};");
}

#[tokio::test]
async fn the_hooks_of_the_end_to_end_tests_are_there() {
    let mut browser = TestSite::trusting(&Holder::new()).browser();
    let shared = [
        "cancel",
        "error-code",
        "error-message",
        "error-advice",
        "tries-left",
        "lang-ja",
        "lang-en",
        "page",
    ];
    for (path, own) in [
        ("/register", &["register"][..]),
        ("/login", &["login-both", "login-authentication"]),
    ] {
        let body = browser.open(path).await.body;
        for hook in shared.iter().chain(own) {
            assert_eq!(
                body.matches(&format!("data-testid=\"{hook}\"")).count(),
                1,
                "{path} {hook}"
            );
        }
    }
}
