//! The routes. May import its peers in web. Every answer carries the security headers, every refusal is a problem document.

use std::any::Any;
use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use super::body::BodyPool;
use super::rate::Rates;
use super::{Problem, WebState, health, hooks};

/// What every handler is given.
#[derive(Clone)]
pub struct Shared {
    /// The parts.
    pub web: Arc<WebState>,
    /// Memory for bodies being read.
    pub pool: BodyPool,
    /// What sources took of late.
    pub rates: Arc<Rates>,
}

/// The routes over their parts.
pub fn router(state: WebState) -> Router {
    let shared = Shared {
        web: Arc::new(state),
        pool: BodyPool::new(),
        rates: Arc::default(),
    };
    let read_only = || async { Problem::method("GET, HEAD") };
    let header = |name, value| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    Router::new()
        .route(
            "/hooks/{source}",
            post(hooks::receive).fallback(|| async { Problem::method("POST") }),
        )
        .route("/healthz", get(health::healthz).fallback(read_only))
        .route("/readyz", get(health::readyz).fallback(read_only))
        .route("/metrics", get(health::metrics).fallback(read_only))
        .fallback(|| async { Problem::not_found("Webhooks are sent to /hooks/<source>.") })
        .with_state(shared)
        .layer(CatchPanicLayer::custom(broken))
        .layer(header(X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(CACHE_CONTROL, "no-store"))
        .layer(header(REFERRER_POLICY, "no-referrer"))
        .layer(header(CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"))
}

/// A panic ends one request and not the process; what it said goes to the panic hook, not to the sender.
fn broken(_: Box<dyn Any + Send + 'static>) -> Response {
    Problem::internal().into_response()
}
