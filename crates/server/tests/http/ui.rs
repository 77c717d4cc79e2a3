//! The web UI, as a browser is given it: whichever was built into this server, or none.

use crate::harness::Trial;

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// Bytes below which the layer that compresses sends a file as it is, since it would become no smaller.
const SMALLEST_COMPRESSED: usize = 32;

async fn get(trial: &Trial, path: &str, headers: &[(&str, &str)]) -> reqwest::Response {
    let request = trial.client.get(trial.url(path));
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.send().await.unwrap()
}

fn header<'r>(response: &'r reqwest::Response, name: &str) -> &'r str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn every_page_is_the_index_page_under_a_strict_policy() {
    let trial = Trial::start().await;
    for path in ["/", "/flow-run/7", "/default/flow-run/7", "/default", "/team/cloud-hooks", "/sign-in"] {
        let page = get(&trial, path, &[("accept", BROWSER)]).await;
        assert_eq!(page.status(), 200, "{path}");
        assert_eq!(header(&page, "content-type"), "text/html; charset=utf-8");
        assert_eq!(header(&page, "x-frame-options"), "DENY");
        let policy = header(&page, "content-security-policy").to_owned();
        assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe"), "{policy}");
        let text = page.text().await.unwrap();
        assert!(text.contains("Campana") && !text.contains("__CSP_NONCE__"), "{text}");
        // What is written into the page would not run, nor be applied.
        assert!(
            !text.contains("<script>") && !text.contains(" style=") && !text.contains("<style>"),
            "{text}"
        );
        assert!(!text.contains("https://"), "the page needs no other host: {text}");
    }
    let other = get(&trial, "/", &[("accept", BROWSER), ("host", "evil.example")]).await;
    assert_eq!(other.status(), 403);
}

#[tokio::test]
async fn every_file_that_the_index_page_names_is_there() {
    let trial = Trial::start().await;
    let index = get(&trial, "/", &[("accept", BROWSER)]).await.text().await.unwrap();
    let is_text = |part: &&str| part.ends_with(".js") || part.ends_with(".css");
    for path in index.split('"').filter(|part| part.starts_with("/assets/")).filter(is_text) {
        let file = get(&trial, path, &[("accept-encoding", "gzip")]).await;
        assert_eq!(file.status(), 200, "{path}");
        assert!(header(&file, "cache-control").contains("immutable"), "{path}");
        let tag = header(&file, "etag").to_owned();
        let is_compressed = header(&file, "content-encoding") == "gzip";
        let size = file.bytes().await.unwrap().len();
        assert!(is_compressed || size < SMALLEST_COMPRESSED, "{path} of {size} bytes");
        assert_eq!(get(&trial, path, &[("if-none-match", &tag)]).await.status(), 304, "{path}");
    }
    for (path, accept) in [("/assets/gone-12345678.js", BROWSER), ("/none.png", "image/*")] {
        assert_eq!(get(&trial, path, &[("accept", accept)]).await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn no_answer_of_the_api_may_be_framed_or_guessed_at() {
    let trial = Trial::start().await;
    for path in ["/health", "/metrics"] {
        let answer = get(&trial, path, &[]).await;
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header(&answer, "referrer-policy"), "no-referrer", "{path}");
        assert!(header(&answer, "content-security-policy").starts_with("default-src 'none'"), "{path}");
    }
}
