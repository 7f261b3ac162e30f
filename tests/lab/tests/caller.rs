//! The lab over real sockets: a client of it, and plain HTTP.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use rotation_lab::rumor::{self, Frame, Kind};
use rotation_lab::server::{Options, Server};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// A lab on a free port, whose project folder is this package: there is nothing of the demo in it.
pub(crate) async fn lab() -> SocketAddr {
    lab_with(&["--root", env!("CARGO_MANIFEST_DIR")]).await
}

pub(crate) async fn lab_with(words: &[&str]) -> SocketAddr {
    let options = Options::from_words(["--port", "0"].iter().chain(words).copied()).expect("options");
    let server = Server::bind(&options).await.expect("a port");
    let address = server.address();
    tokio::spawn(server.serve());
    address
}

/// A client of the service over a real socket.
pub(crate) struct Caller {
    name: String,
    session: String,
    pub(crate) socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    transactions: u32,
}

impl Caller {
    pub(crate) async fn join(lab: SocketAddr, session: &str, name: &str) -> Self {
        let (_, answer) = get(lab, &format!("/credentials?session={session}&data={name}")).await;
        let token = answer["token"].as_str().expect("a token");
        let info = info(lab, session, token).await;
        let socket = info[0]["messaging_url"].as_str().expect("a socket");
        // As the SDK asks for it behind a proxy.
        let socket = socket.replacen("ws://", &format!("ws://{lab}/proxy/"), 1);
        let (socket, _) = connect_async(format!("{socket}?socketId={name}&attempt=1")).await.expect("a socket");
        let mut caller = Self { name: name.to_owned(), session: session.to_owned(), socket, transactions: 0 };
        caller.send(&Frame::new(Kind::Connect).with(rumor::UNIQUE_ID, name)).await;
        let frame = caller.request("create", &format!("/connection/{name}"), json!({ "capabilities": [] }));
        assert_eq!(caller.expect_answer(frame.with(rumor::TOKEN, token)).await.0, 200);
        caller
    }

    pub(crate) async fn ask(&mut self, method: &str, path: &str, content: Value) {
        let frame = self.request(method, path, content);
        let (status, answer) = self.expect_answer(frame).await;
        assert_eq!(status, 200, "{method} {path}: {answer}");
    }

    pub(crate) fn request(&mut self, method: &str, path: &str, content: Value) -> Frame {
        self.transactions += 1;
        let uri = format!("/v2/partner/100/session/{}{path}", self.session);
        let payload = json!({ "method": method, "uri": uri, "content": content }).to_string();
        Frame::new(Kind::Message)
            .with(rumor::TRANSACTION, format!("{}-{}", self.name, self.transactions))
            .carrying(payload)
    }

    /// Sends a request and waits for its answer; messages that come before it are passed over.
    pub(crate) async fn expect_answer(&mut self, frame: Frame) -> (u16, Value) {
        let transaction = frame.header(rumor::TRANSACTION).map(str::to_owned);
        self.send(&frame).await;
        loop {
            let answer = self.receive().await.expect("an answer");
            if answer.kind == Kind::Status && answer.header(rumor::TRANSACTION) == transaction.as_deref() {
                let status = answer.header(rumor::STATUS).and_then(|status| status.parse().ok()).expect("a status");
                return (status, serde_json::from_slice(&answer.payload).expect("JSON"));
            }
        }
    }

    /// Waits for a message, and acknowledges it.
    pub(crate) async fn hear(&mut self, method: &str, path: &str) -> Value {
        loop {
            let frame = self.receive().await.expect("a message");
            if frame.kind != Kind::Message {
                continue;
            }
            let transaction = frame.header(rumor::TRANSACTION).unwrap_or_default();
            self.send(&Frame::new(Kind::Status).with(rumor::TRANSACTION, transaction)).await;
            let message: Value = serde_json::from_slice(&frame.payload).expect("JSON");
            let uri = message["uri"].as_str().unwrap_or_default();
            if message["method"] == method && (path.is_empty() || uri.ends_with(path)) {
                return message;
            }
        }
    }

    pub(crate) async fn send(&mut self, frame: &Frame) {
        self.socket.send(Message::binary(frame.encode())).await.expect("an open socket");
    }

    pub(crate) async fn receive(&mut self) -> Option<Frame> {
        match soon(self.socket.next()).await {
            Some(Ok(Message::Binary(bytes))) => Some(Frame::decode(&bytes).expect("a frame")),
            _ => None,
        }
    }

    /// Waits for the end, and returns the close code, if the server gave one.
    pub(crate) async fn closed(&mut self) -> Option<u16> {
        loop {
            match soon(self.socket.next()).await {
                Some(Ok(Message::Binary(_))) => {}
                end => return close_code(end),
            }
        }
    }
}

/// Waits for something that is about to happen; a lab that lets a test wait has failed it.
pub(crate) async fn soon<T>(awaited: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(10), awaited).await.expect("nothing happened for ten seconds")
}

pub(crate) type Received = Option<Result<Message, tokio_tungstenite::tungstenite::Error>>;

pub(crate) fn close_code(received: Received) -> Option<u16> {
    match received {
        Some(Ok(Message::Close(Some(frame)))) => Some(frame.code.into()),
        _ => None,
    }
}

pub(crate) fn socket_url(lab: SocketAddr, session: &str, generation: u32, socket_id: &str, reconnect: bool) -> String {
    let reconnect = if reconnect { "&reconnect=true" } else { "" };
    format!("ws://{lab}/rumor/{session}/{generation}?socketId={socket_id}{reconnect}")
}

pub(crate) async fn token(lab: SocketAddr, session: &str) -> String {
    let (_, answer) = get(lab, &format!("/credentials?session={session}")).await;
    answer["token"].as_str().expect("a token").to_owned()
}

pub(crate) async fn info(lab: SocketAddr, session: &str, token: &str) -> Value {
    let path = format!("/proxy/anvil.opentok.com/session/{session}?extended=true");
    let (_, _, body) =
        exchange(lab, "GET", &path, &format!("X-OPENTOK-AUTH: {token}\r\n"), "").await.expect("an answer");
    serde_json::from_str(&body).expect("JSON")
}

pub(crate) async fn get(lab: SocketAddr, path: &str) -> (u16, Value) {
    let (status, body) = raw(lab, "GET", path, "").await;
    (status, serde_json::from_str(&body).unwrap_or_else(|_| panic!("{path} answered {body:?}")))
}

pub(crate) async fn post(lab: SocketAddr, call: &str, arguments: Value) -> (u16, Value) {
    let (status, body) = raw(lab, "POST", &format!("/control/{call}"), &arguments.to_string()).await;
    (status, serde_json::from_str(&body).expect("JSON"))
}

pub(crate) async fn raw(lab: SocketAddr, method: &str, path: &str, body: &str) -> (u16, String) {
    let (status, _, body) = exchange(lab, method, path, "", body).await.expect("an answer");
    (status, body)
}

/// One HTTP exchange, in full: status, head (in lower case) and body.
pub(crate) async fn exchange(
    lab: SocketAddr,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> std::io::Result<(u16, String, String)> {
    let mut stream = TcpStream::connect(lab).await?;
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: lab\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    soon(stream.read_to_end(&mut answer)).await?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    Ok((status, head.to_lowercase(), body.to_owned()))
}
