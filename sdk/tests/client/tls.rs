//! TLS trust: real handshakes with certificates that nobody signed, that a private
//! authority signed, and that belong to another host.

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use reqwest::{Certificate, redirect};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use universal_wallet_sdk::{Client, ClientBuilder, Error};

use crate::server::{DISTRIBUTOR, Play, balance, key};

/// A server at `localhost` that speaks TLS.
struct Server {
    url: String,
    /// Calls that arrived within a TLS session.
    calls: Arc<AtomicUsize>,
}

impl Server {
    async fn start(certificate: CertificateDer<'static>, key: &KeyPair) -> Self {
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let config = ServerConfig::builder_with_provider(aws_lc_rs::default_provider().into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key.into());
        let acceptor = TlsAcceptor::from(Arc::new(config.unwrap()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = calls.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut session) = acceptor.accept(stream).await else { continue };
                if session.read(&mut [0; 4096]).await.unwrap_or(0) == 0 {
                    continue;
                }
                counted.fetch_add(1, Ordering::SeqCst);
                let Play::Bytes(answer) = balance() else { unreachable!() };
                session.write_all(&answer).await.unwrap();
                session.shutdown().await.unwrap();
            }
        });
        Self { url, calls }
    }

    fn builder(&self) -> ClientBuilder {
        Client::builder(&self.url, DISTRIBUTOR.parse().unwrap(), key()).max_attempts(1)
    }

    /// The handshake fails, and nothing was sent.
    async fn is_refused(&self, builder: ClientBuilder) -> Error {
        let failed = builder.build().unwrap().balance().send().await.unwrap_err();
        assert!(failed.is_connect() && failed.source().is_some(), "{failed}");
        assert_eq!(self.calls.load(Ordering::SeqCst), 0, "the key was sent");
        failed
    }
}

/// A private authority.
fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A server with a certificate for that host, signed by the authority.
async fn signed(host: &str, authority: &CertifiedIssuer<'_, KeyPair>) -> Server {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new([host.to_owned()]).unwrap().signed_by(&key, authority).unwrap();
    Server::start(certificate.der().clone(), &key).await
}

/// An HTTP client that trusts the authority besides those that the system trusts.
fn trusting(authority: &CertifiedIssuer<'_, KeyPair>) -> reqwest::Client {
    let certificate = Certificate::from_der(authority.der()).unwrap();
    let builder = reqwest::Client::builder().redirect(redirect::Policy::none()).no_proxy();
    builder.tls_certs_merge([certificate]).build().unwrap()
}

#[tokio::test]
async fn a_certificate_that_nobody_trusted_signed_is_refused_before_anything_is_sent() {
    let signed_by_itself = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let server = Server::start(signed_by_itself.cert.der().clone(), &signed_by_itself.signing_key).await;
    server.is_refused(server.builder()).await;
    let server = signed("localhost", &authority()).await;
    server.is_refused(server.builder()).await;
}

#[tokio::test]
async fn another_hosts_certificate_is_refused_also_where_its_authority_is_trusted() {
    let authority = authority();
    let server = signed("wallet.example", &authority).await;
    server.is_refused(server.builder().with_http_client(trusting(&authority))).await;
}

#[tokio::test]
async fn a_private_authority_is_trusted_through_an_http_client_of_ones_own() {
    let authority = authority();
    let server = signed("localhost", &authority).await;
    let client = server.builder().with_http_client(trusting(&authority)).build().unwrap();
    client.balance().send().await.unwrap();
    assert_eq!(server.calls.load(Ordering::SeqCst), 1);
}
