//! Signing in to the web UI, signing out, and who one is.
//!
//! * `POST /sign-in` with `{"key": "campana_…"}`, and `POST /sign-out`: both answer as `/session` then would.
//! * `GET /session`: `{"version", "keys_needed", "signed_in", "name", "role", "tenant": {"id", "name", "slug"}}`; of whom nobody
//!   knows, only the first three are not null.
//!
//! A page of another site can do none of it: a body has to be JSON by its type, and the guard looks at who asks.

use std::net::SocketAddr;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use campana_model::Secret;
use campana_store::tenant;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Http, refuse};
use crate::app::{SignInError, Unauthenticated};

/// What is sent to sign in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignIn {
    key: Secret,
}

pub(super) async fn get(State(http): State<Http>, headers: HeaderMap) -> Response {
    answer(&http, &headers, None).await
}

pub(super) async fn sign_in(
    State(http): State<Http>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    sent: Result<Json<SignIn>, JsonRejection>,
) -> Response {
    let key = match sent {
        Ok(Json(SignIn { key })) => key,
        // What was sent may be a key all the same, so it is not told.
        Err(error) => return refuse(error.status(), "to sign in, send the JSON {\"key\": \"campana_…\"}"),
    };
    if !http.app.needs_keys().await {
        return answer(&http, &HeaderMap::new(), None).await;
    }
    let token = match http.app.sign_in(&key, from.ip()).await {
        Ok(token) => token,
        Err(error @ SignInError::TooOften) => {
            let mut response = refuse(StatusCode::TOO_MANY_REQUESTS, &error.to_string());
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
            return response;
        }
        Err(SignInError::Key(Unauthenticated::Store(error)) | SignInError::Store(error)) => {
            return failed(&error);
        }
        Err(error @ SignInError::Key(_)) => return refuse(StatusCode::UNAUTHORIZED, &error.to_string()),
        Err(error @ SignInError::Random(_)) => return failed(&error),
    };
    let cookie = http.app.sessions.set_cookie(Some(&token));
    let headers = HeaderMap::from_iter([cookie_of(&cookie)]);
    answer(&http, &headers, Some(cookie)).await
}

/// What a browser sends that was told to keep this cookie.
fn cookie_of(set_cookie: &str) -> (HeaderName, HeaderValue) {
    let pair = set_cookie.split(';').next().unwrap_or_default();
    (header::COOKIE, HeaderValue::from_str(pair).unwrap_or(HeaderValue::from_static("")))
}

pub(super) async fn sign_out(State(http): State<Http>, headers: HeaderMap) -> Response {
    if let Some(token) = http.app.sessions.token(&headers)
        && let Err(error) = http.app.sign_out(token).await
    {
        return failed(&error);
    }
    let cookie = http.app.sessions.set_cookie(None);
    answer(&http, &HeaderMap::new(), Some(cookie)).await
}

/// Says who asks with these headers.
async fn answer(http: &Http, headers: &HeaderMap, cookie: Option<String>) -> Response {
    let caller = match http.app.keys.caller(&http.app, headers).await {
        Err(Unauthenticated::Store(error)) => return failed(&error),
        caller => caller.ok(),
    };
    let tenant = match &caller {
        Some(caller) => http.app.store.read(tenant::Fetch { id: caller.scope.tenant_id }).await,
        None => Ok(None),
    };
    let tenant = match tenant {
        Ok(tenant) => {
            tenant.map(|tenant| json!({ "id": tenant.id, "name": tenant.name, "slug": tenant.slug }))
        }
        Err(error) => return failed(&error),
    };
    let body: Value = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "keys_needed": http.app.needs_keys().await,
        "signed_in": caller.is_some(),
        "name": caller.as_ref().map(|caller| &caller.actor),
        "role": caller.as_ref().map(|caller| caller.scope.role.name()),
        "tenant": tenant,
    });
    let mut response = ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response();
    let cookie = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok());
    response.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    response
}

fn failed(error: &(dyn std::error::Error + 'static)) -> Response {
    tracing::error!(error, "could not tell who asks");
    refuse(StatusCode::SERVICE_UNAVAILABLE, "the server failed to answer; its log says more")
}
