use axum::body::to_bytes;

use super::*;

/// A UI of three files.
#[derive(Embed)]
#[folder = "src/http/ui/sample"]
struct Sample;

/// A UI that was not built.
#[derive(Embed)]
#[folder = "src/http/ui/nowhere"]
#[allow_missing = true]
struct Nothing;

fn get<Ui: Embed>(path: &str, headers: &[(header::HeaderName, &str)]) -> Response {
    let headers = headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap()));
    answer::<Ui>(path, &headers.collect())
}

fn header_of(response: &Response, name: header::HeaderName) -> &str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

async fn text(response: Response) -> String {
    String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn a_file_whose_name_has_its_hash_is_kept_for_ever() {
    let script = get::<Sample>("/assets/index-D3adBeef.js", &[]);
    assert_eq!(script.status(), 200);
    assert_eq!(header_of(&script, header::CONTENT_TYPE), "text/javascript; charset=utf-8");
    assert!(header_of(&script, header::CACHE_CONTROL).contains("immutable"));
    let tag = header_of(&script, header::ETAG).to_owned();
    let again = get::<Sample>("/assets/index-D3adBeef.js", &[(header::IF_NONE_MATCH, &tag)]);
    assert_eq!(again.status(), 304);
    assert_eq!(text(again).await, "");
    let other = get::<Sample>("/assets/index-D3adBeef.js", &[(header::IF_NONE_MATCH, "W/\"other\"")]);
    assert_eq!(other.status(), 200);
    assert!(text(other).await.contains("campana"));
}

#[tokio::test]
async fn a_file_whose_name_stays_is_asked_for_again() {
    let icon = get::<Sample>("/icon.svg", &[(header::ACCEPT, "image/avif,image/*,*/*;q=0.8")]);
    assert_eq!(header_of(&icon, header::CONTENT_TYPE), "image/svg+xml");
    assert_eq!(header_of(&icon, header::CACHE_CONTROL), "no-cache");
}

#[tokio::test]
async fn every_other_path_is_the_index_page_with_a_nonce_of_its_own() {
    let mut nonces = Vec::new();
    for path in ["/", "/index.html", "/flow-run/1", "/default/flow/2", "/sign-in", "/assets"] {
        let page = get::<Sample>(path, &[(header::ACCEPT, "text/html,application/xml;q=0.9,*/*;q=0.8")]);
        assert_eq!(page.status(), 200, "{path}");
        assert_eq!(header_of(&page, header::CACHE_CONTROL), "no-cache");
        assert_eq!(header_of(&page, header::ETAG), "", "a page that is kept would keep its nonce");
        let policy = header_of(&page, header::CONTENT_SECURITY_POLICY).to_owned();
        let body = text(page).await;
        assert!(!body.contains(NONCE), "{body}");
        let (_, nonce) = body.split_once("content=\"").unwrap();
        let nonce = nonce.split_once('"').unwrap().0.to_owned();
        assert!(policy.contains(&format!("style-src 'self' 'nonce-{nonce}'")), "{policy}");
        assert!(
            policy.contains("script-src 'self';") && policy.starts_with("default-src 'none'"),
            "{policy}"
        );
        assert!(!nonces.contains(&nonce));
        nonces.push(nonce);
    }
}

#[test]
fn what_is_not_there_and_is_no_page_is_not_found() {
    for (path, accept) in [
        ("/assets/index-0ld.js", "*/*"),
        ("/assets/index-0ld.js", "text/html"),
        ("/favicon.ico", "image/avif,image/webp,*/*;q=0.8"),
        ("/flows", "application/json"),
        ("/../Cargo.toml", "application/json"),
    ] {
        assert_eq!(get::<Sample>(path, &[(header::ACCEPT, accept)]).status(), 404, "{path}");
    }
}

#[tokio::test]
async fn without_a_ui_the_page_says_how_to_build_it() {
    let page = get::<Nothing>("/flows", &[]);
    assert_eq!(page.status(), 200);
    let policy = header_of(&page, header::CONTENT_SECURITY_POLICY).to_owned();
    let body = text(page).await;
    assert!(body.contains("npm run build") && !body.contains(NONCE), "{body}");
    let nonce = policy.split_once("'nonce-").unwrap().1.split_once('\'').unwrap().0;
    assert!(body.contains(&format!("<style nonce=\"{nonce}\">")), "{body}");
}
