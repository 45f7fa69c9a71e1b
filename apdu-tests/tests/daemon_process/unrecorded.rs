//! A person who does not want a history has none.

use std::fs;

use apdu_tests::Daemon;
use apdu_tests::bench::log_in;
use serde_json::json;

#[tokio::test]
async fn nothing_is_written_down_where_the_settings_say_so() {
    let mut daemon = Daemon::start_with_virtual_card();
    let place = daemon.socket().parent().unwrap().to_owned();
    let history = place.join("jpkid/history.jsonl");
    for (setting, kept) in [("history = false\n", false), ("", true)] {
        daemon.kill();
        fs::write(place.join("config.toml"), setting).unwrap();
        daemon.start_again();
        daemon.person.will_type(&["1234"]);
        let mut client = daemon.client().await;
        client.call("authenticate", log_in()).await.unwrap();
        let told = client.call("history", json!({})).await.unwrap();
        assert_eq!(told["enabled"], kept);
        assert_eq!(told["uses"].as_array().unwrap().len(), usize::from(kept));
        assert_eq!(history.exists(), kept);
    }
}
