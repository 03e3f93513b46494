//! The accept loop under the routes. May import its peers in web. A slow head, a full house or a stop never holds up anybody else.

use std::convert::Infallible;
use std::io::Write;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::CONNECTION;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::limits::MAX_HEAD_BYTES;
use super::{Problem, WebLimits};

/// How long the listener rests when no connection can be accepted, as when file descriptors have run out.
const ACCEPT_REST: Duration = Duration::from_millis(100);

/// Who sent a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// Its network address; an IPv4 address is never written as IPv6.
    pub address: IpAddr,
}

/// What a connection is told.
#[derive(Clone)]
enum Service {
    /// The routes.
    Routes(Router),
    /// 503, whatever it asks for.
    TurnedAway,
}

/// Serves a listener, by HTTPS if there is a certificate, until `stop`. Then nothing new is accepted, idle connections close at once, requests in hand are finished within
/// `limits.stop`; the task ends when the last connection has.
pub fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    limits: WebLimits,
    stop: CancellationToken,
) -> JoinHandle<()> {
    tokio::spawn(accept(listener, tls, router, limits, stop))
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, router: Router, limits: WebLimits, stop: CancellationToken) {
    let seats = Arc::new(Semaphore::new(limits.max_connections));
    let standing = Arc::new(Semaphore::new(limits.max_turned_away));
    let graceful = GracefulShutdown::new();
    // Ends what has not ended by itself.
    let all = CancellationToken::new();
    loop {
        let accepted = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "no HTTP connection can be accepted; resting");
                sleep(ACCEPT_REST).await;
                continue;
            }
        };
        let (seat, service) = if let Ok(seat) = Arc::clone(&seats).try_acquire_owned() {
            (seat, Service::Routes(router.clone()))
        } else if let Ok(place) = Arc::clone(&standing).try_acquire_owned() {
            (place, Service::TurnedAway)
        } else {
            hang_up(stream, tls.is_some());
            continue;
        };
        let client = Client {
            address: peer.ip().to_canonical(),
        };
        // Without it a small answer would wait for the peer's delayed acknowledgement.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY could not be set");
        }
        let (tls, watcher, all, stop) = (tls.clone(), graceful.watcher(), all.clone(), stop.clone());
        let connection = async move {
            match tls {
                None => connection(stream, client, service, limits, watcher).await,
                Some(tls) => {
                    let shaken = tokio::select! {
                        shaken = timeout(limits.head, tls.accept(stream)) => shaken,
                        () = stop.cancelled() => return,
                    };
                    match shaken {
                        Ok(Ok(stream)) => connection(stream, client, service, limits, watcher).await,
                        // A peer that speaks plain HTTP, or refuses the certificate, is its own business.
                        Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
                        Err(_) => tracing::debug!("a TLS handshake was not finished in time"),
                    }
                }
            }
            drop(seat);
        };
        tokio::spawn(async move {
            tokio::select! {
                () = connection => {}
                () = all.cancelled() => {}
            }
        });
    }
    drop(listener);
    if timeout(limits.stop, graceful.shutdown()).await.is_err() {
        tracing::warn!("HTTP requests did not end in time; their connections are dropped");
        all.cancel();
    }
}

/// What a sender is told for whom there is no seat.
fn full_house() -> Problem {
    Problem::unavailable(2, "Too many connections are open. Send it again in 2 seconds.")
}

/// Ends a connection for which there is not even a place to wait, without reading a word of it. What fits into one packet is told all the same, where a peer
/// can read it.
fn hang_up(stream: TcpStream, encrypted: bool) {
    let told = || stream.into_std().and_then(|mut stream| stream.write(&full_house().unasked()));
    if !encrypted && let Err(error) = told() {
        tracing::debug!(%error, "a connection was closed without a word");
    }
}

async fn connection(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    client: Client,
    service: Service,
    limits: WebLimits,
    watcher: Watcher,
) {
    let answer = service_fn(move |request| answer(service.clone(), client, request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), answer);
    if let Err(error) = watcher.watch(connection).await {
        // A peer that goes away or sends nonsense is its own business.
        tracing::debug!(%error, "an HTTP connection ended early");
    }
}

async fn answer(service: Service, client: Client, request: Request<Incoming>) -> Result<Response, Infallible> {
    match service {
        Service::Routes(router) => {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(client);
            router.oneshot(request).await
        }
        Service::TurnedAway => {
            let mut response = full_house().into_response();
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            Ok(response)
        }
    }
}
