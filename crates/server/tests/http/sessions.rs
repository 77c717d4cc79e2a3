//! Signing in to the web UI by a key, and out.

use reqwest::{Response, StatusCode};
use serde_json::{Value as Json, json};

use crate::harness::{LIMIT, Trial};

impl Trial {
    /// Makes a key, from which on every request needs one; gives its id and the key.
    pub(crate) async fn new_key(&self, role: &str) -> (String, String) {
        let input = json!({ "name": format!("{role} key"), "role": role });
        let created = self.mutate("create_api_key", input, "id key").await;
        let text = |name: &str| created[name].as_str().unwrap().to_owned();
        (text("id"), text("key"))
    }

    async fn sign_in(&self, key: &str, headers: &[(&str, &str)]) -> Response {
        let request = self.client.post(self.url("/sign-in")).header("content-type", "application/json");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        request.body(json!({ "key": key }).to_string()).send().await.unwrap()
    }

    /// Signs in; gives what a browser then sends as its cookie.
    pub(crate) async fn cookie(&self, key: &str) -> String {
        let response = self.sign_in(key, &[]).await;
        assert_eq!(response.status(), 200);
        let cookie = response.headers()["set-cookie"].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    async fn session(&self, cookie: &str) -> Json {
        let request = self.client.get(self.url("/session")).header("cookie", cookie);
        serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap()
    }

    /// What a request with the cookie is answered.
    async fn hello(&self, cookie: &str) -> Json {
        let request = self.client.post(self.url("/graphql")).header("content-type", "application/json");
        let request =
            request.header("cookie", cookie).body(r#"{"query": "query { hello auth_info { role } }"}"#);
        serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap()
    }
}

#[tokio::test]
async fn without_keys_nobody_has_to_sign_in() {
    let trial = Trial::start().await;
    let session = trial.session("").await;
    assert_eq!(session["keys_needed"], false);
    assert_eq!((&session["signed_in"], &session["role"]), (&json!(true), &json!("operator")));
    assert_eq!(session["tenant"]["slug"], "default");
    assert!(session["version"].is_string(), "{session}");
    let response = trial.sign_in("campana_x", &[]).await;
    assert_eq!(response.status(), 200);
    assert!(response.headers().get("set-cookie").is_none());
}

#[tokio::test]
async fn a_session_opens_what_its_key_opens_until_its_owner_signs_out() {
    let mut trial = Trial::start().await;
    let (_, admin) = trial.new_key("admin").await;
    trial.key = Some(admin);
    let (_, key) = trial.new_key("viewer").await;
    let nobody = trial.session("").await;
    assert_eq!((&nobody["keys_needed"], &nobody["signed_in"]), (&json!(true), &json!(false)), "{nobody}");
    assert_eq!((&nobody["role"], &nobody["tenant"]), (&Json::Null, &Json::Null));

    let signed_in = trial.sign_in(&key, &[]).await;
    let cookie = signed_in.headers()["set-cookie"].to_str().unwrap().to_owned();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains(&key) && !cookie.contains("Secure"), "{cookie}");
    assert_eq!(signed_in.headers()["cache-control"], "no-store");
    let session: Json = serde_json::from_str(&signed_in.text().await.unwrap()).unwrap();
    assert_eq!((&session["signed_in"], &session["name"]), (&json!(true), &json!("viewer key")));
    assert_eq!((&session["role"], &session["tenant"]["slug"]), (&json!("viewer"), &json!("default")));

    let cookie = cookie.split(';').next().unwrap();
    assert_eq!(trial.session(cookie).await, session);
    assert_eq!(trial.hello(cookie).await["data"]["auth_info"]["role"], "viewer");
    let token = cookie.split_once('=').unwrap().1.as_bytes();
    assert!(!trial.database().windows(token.len()).any(|part| part == token), "the token is stored nowhere");

    let out = trial.client.post(trial.url("/sign-out")).header("cookie", cookie).send().await.unwrap();
    assert!(out.headers()["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(trial.session(cookie).await["signed_in"], false);
    let refused = trial.hello(cookie).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{refused}");

    let audit = trial.data("query { audit(where: {subject: {_eq: \"session\"}}) { action actor } }").await;
    let mut deeds: Vec<_> =
        audit["audit"].as_array().unwrap().iter().map(|deed| deed["action"].clone()).collect();
    deeds.sort_by_key(Json::to_string);
    assert_eq!(deeds, ["sign_in", "sign_out"]);
    assert!(audit["audit"].as_array().unwrap().iter().all(|deed| deed["actor"] == "viewer key"));
}

#[tokio::test]
async fn a_session_ends_with_its_key() {
    let mut trial = Trial::start().await;
    let (_, admin) = trial.new_key("admin").await;
    trial.key = Some(admin);
    let (id, key) = trial.new_key("member").await;
    let soon = jiff::Timestamp::now() + std::time::Duration::from_secs(3);
    let input = json!({ "name": "short", "role": "viewer", "expires_at": soon.to_string() });
    let short = trial.mutate("create_api_key", input, "key").await;
    let (revoked, expiring) = (trial.cookie(&key).await, trial.cookie(short["key"].as_str().unwrap()).await);
    for cookie in [&revoked, &expiring] {
        assert_eq!(trial.session(cookie).await["signed_in"], true);
    }
    trial.mutate("delete_api_key", json!({ "key_id": id }), "success").await;
    assert_eq!(trial.session(&revoked).await["signed_in"], false);
    assert!(trial.hello(&revoked).await["errors"][0]["message"].as_str().unwrap().contains("sign in"));
    assert_eq!(trial.sign_in(&key, &[]).await.status(), 401);
    let gone = async {
        while trial.session(&expiring).await["signed_in"] == true {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(LIMIT, gone).await.unwrap();
    assert!(jiff::Timestamp::now() >= soon);
}

#[tokio::test]
async fn a_page_of_another_server_signs_nobody_in_or_out() {
    let mut trial = Trial::start().await;
    let (_, key) = trial.new_key("admin").await;
    trial.key = Some(key.clone());
    let cookie = trial.cookie(&key).await;
    let own = trial.url("");
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
        assert_eq!(trial.sign_in(&key, &[("origin", origin)]).await.status(), 403, "{origin}");
        let out =
            trial.client.post(trial.url("/sign-out")).header("cookie", &cookie).header("origin", origin);
        assert_eq!(out.send().await.unwrap().status(), 403, "{origin}");
    }
    assert_eq!(trial.session(&cookie).await["signed_in"], true);
    assert_eq!(trial.sign_in(&key, &[("origin", &own)]).await.status(), 200);
    // A form, which a page may send anywhere, cannot sign in.
    let form = trial.client.post(trial.url("/sign-in")).header("content-type", "text/plain");
    let form = form.body(json!({ "key": key }).to_string()).send().await.unwrap();
    assert_eq!(form.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(!form.text().await.unwrap().contains(&key));
}

#[tokio::test]
async fn behind_tls_the_cookie_is_secure() {
    let trial = Trial::start_with(|config| config.public_url = Some("https://bell.example".to_owned())).await;
    let (_, key) = trial.new_key("admin").await;
    let response = trial.sign_in(&key, &[]).await;
    let cookie = response.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("__Host-campana_session=") && cookie.ends_with("; Secure"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();
    assert_eq!(trial.session(cookie).await["signed_in"], true);
    assert_eq!(trial.session(&cookie.replace("__Host-", "")).await["signed_in"], false);
}

#[tokio::test]
async fn whoever_tries_keys_is_told_to_wait() {
    let trial = Trial::start().await;
    let (_, key) = trial.new_key("admin").await;
    assert_eq!(trial.sign_in("", &[]).await.status(), 401);
    let refused = async {
        loop {
            let response = trial.sign_in("campana_wrong", &[]).await;
            match response.status() {
                StatusCode::UNAUTHORIZED => {}
                status => return (status, response.headers()["retry-after"].clone()),
            }
        }
    };
    let (status, after) = tokio::time::timeout(LIMIT, refused).await.unwrap();
    assert_eq!((status, after.to_str().unwrap()), (StatusCode::TOO_MANY_REQUESTS, "60"));
    assert_eq!(trial.sign_in(&key, &[]).await.status(), StatusCode::TOO_MANY_REQUESTS);
}
