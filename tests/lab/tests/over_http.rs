//! The lab over real sockets: files, credentials, session info, faults of HTTP, and a whole call.

use std::net::SocketAddr;
use std::path::Path;

use futures_util::{SinkExt as _, StreamExt as _};
use rotation_lab::rumor::{self, Frame, Kind};
use rotation_lab::server::{Options, Server};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// A lab on a free port, whose project folder is this package: there is nothing of the demo in it.
async fn lab() -> SocketAddr {
    lab_with(&["--root", env!("CARGO_MANIFEST_DIR")]).await
}

async fn lab_with(words: &[&str]) -> SocketAddr {
    let options = Options::from_words(["--port", "0"].iter().chain(words).copied()).expect("options");
    let server = Server::bind(&options).await.expect("a port");
    let address = server.address();
    tokio::spawn(server.serve());
    address
}

#[tokio::test]
async fn a_call_goes_from_connecting_to_a_rotation() {
    let lab = lab().await;
    let (mut ann, mut ben) = (Caller::join(lab, "s", "ann").await, Caller::join(lab, "s", "ben").await);
    ann.hear("created", "/connection/ben").await;
    ann.ask("create", "/stream/st", json!({ "name": "Ann", "channel": [] })).await;
    let stream = ben.hear("created", "/stream/st").await;
    assert_eq!(stream["content"]["connection"]["data"], json!("ann"));
    ben.ask("create", "/stream/st/subscriber/su", json!({})).await;
    ann.hear("generateoffer", "/stream/st/subscriber/su").await;
    ann.ask("offer", "/stream/st/subscriber/su", json!({ "sdp": "v=0" })).await;
    assert_eq!(ben.hear("offer", "/stream/st/subscriber/su").await["content"], json!({ "sdp": "v=0" }));
    ben.ask("signal", "/signal/1", json!({ "type": "chat", "data": "hi" })).await;
    assert_eq!(ann.hear("signal", "").await["content"]["data"], json!("hi"));

    let rotated = post(lab, "rotate", json!({ "session": "s" })).await;
    assert_eq!(rotated, (200, json!({ "disconnected": 2, "migrated": 0, "generation": 1 })));
    assert_eq!(ann.hear("deleted", "/connection/ann").await["reason"], json!("serverRotation"));
    assert_eq!(ann.closed().await, Some(1000));
    assert_eq!(ben.closed().await, Some(1000));
    let info = info(lab, "s", &token(lab, "s").await).await;
    assert!(info[0]["messaging_url"].as_str().is_some_and(|socket| socket.ends_with("/rumor/s/1")), "{info}");
}

#[tokio::test]
async fn credentials_open_session_info_and_nothing_else_does() {
    let lab = lab().await;
    let (status, answer) = get(lab, "/credentials?session=a%20routed%20one&data=Ann&role=subscriber").await;
    assert_eq!((status, &answer["sessionId"]), (200, &json!("a routed one")));
    let token = answer["token"].as_str().expect("a token");
    let found = info(lab, "a%20routed%20one", token).await;
    assert_eq!(found[0]["properties"]["p2p"]["preference"]["value"], json!("disabled"));
    let refused = info(lab, "another", token).await;
    assert_eq!(refused[0]["error"]["code"], json!("403"));
    let (_, answer) = get(lab, "/credentials?session=s&expire=-5").await;
    let refused = info(lab, "s", answer["token"].as_str().expect("a token")).await;
    assert_eq!(refused[0]["error"]["errorMessage"]["message"], json!("Token has expired"));
    assert_eq!(get(lab, "/credentials").await.0, 400);
}

#[tokio::test]
async fn the_services_addresses_are_behind_the_proxy_too() {
    let lab = lab().await;
    assert_eq!(get(lab, "/proxy/config.opentok.com/project/100/config.json").await, (200, json!({})));
    assert_eq!(get(lab, "/proxy/hlg.tokbox.com/logging/ClientEvent").await.0, 200);
    assert_eq!(raw(lab, "GET", "/proxy/static.opentok.com/v2/css/TB.min.css", "").await.0, 200);
    let (status, answer) = get(lab, "/proxy/example.com/else").await;
    assert_eq!((status, answer["error"].is_string()), (404, true));
}

#[tokio::test]
async fn pages_of_any_origin_are_let_in() {
    let lab = lab().await;
    let headers = "Origin: http://localhost:5173\r\nAccess-Control-Request-Headers: x-opentok-auth\r\n";
    let (status, head, _) = exchange(lab, "OPTIONS", "/session/s", headers, "").await.expect("an answer");
    assert_eq!(status, 204);
    assert!(head.contains("access-control-allow-origin: http://localhost:5173"), "{head}");
    assert!(head.contains("access-control-allow-headers: x-opentok-auth"), "{head}");
    assert!(head.contains("cache-control: no-store"), "{head}");
}

#[tokio::test]
async fn session_info_goes_wrong_in_every_way() {
    let lab = lab().await;
    let token = token(lab, "s").await;
    let header = format!("X-OPENTOK-AUTH: {token}\r\n");
    let ways = [
        (json!({ "status": 429, "body": "slow down" }), 429, "slow down"),
        (json!({}), 503, ""),
        (json!({ "body": "<html>" }), 200, "<html>"),
        (
            json!({ "error": 404, "reason": "gone" }),
            200,
            r#"[{"error":{"code":"404","errorMessage":{"message":"gone"}}}]"#,
        ),
    ];
    for (mut how, status, body) in ways {
        how["point"] = json!("info");
        how["times"] = json!(1);
        post(lab, "refuse", how).await;
        let (found, _, text) = exchange(lab, "GET", "/session/s", &header, "").await.expect("an answer");
        assert_eq!((found, text.as_str()), (status, body));
    }
    post(lab, "refuse", json!({ "point": "info", "times": 1, "delay": 1 })).await;
    assert_eq!(info(lab, "s", &token).await[0]["session_id"], json!("s"), "late, but right");
    post(lab, "refuse", json!({ "point": "info", "times": 1, "destroy": true })).await;
    let cut = exchange(lab, "GET", "/session/s", &header, "").await.expect_err("no answer");
    assert_eq!(cut.kind(), std::io::ErrorKind::ConnectionReset);
    post(lab, "refuse", json!({ "point": "config", "status": 500 })).await;
    assert_eq!(raw(lab, "GET", "/project/100/config.json", "").await.0, 500);
}

#[tokio::test]
async fn a_request_that_hangs_gets_no_answer_while_others_do() {
    let lab = lab().await;
    post(lab, "refuse", json!({ "point": "info", "hang": true })).await;
    let mut hanging = TcpStream::connect(lab).await.expect("a connection");
    hanging.write_all(b"GET /session/s HTTP/1.1\r\nHost: lab\r\n\r\n").await.expect("a request");
    let struck = |log: &Value| log.as_array().is_some_and(|lines| lines.iter().any(|line| line["kind"] == "fault"));
    while !struck(&get(lab, "/control/log").await.1) {}
    post(lab, "clear", json!({})).await;
    assert_eq!(info(lab, "s", &token(lab, "s").await).await[0]["session_id"], json!("s"));
    let nothing = hanging.try_read(&mut [0; 1]).expect_err("nothing to read");
    assert_eq!(nothing.kind(), std::io::ErrorKind::WouldBlock);
}

#[tokio::test]
async fn the_socket_goes_wrong_in_every_way() {
    let lab = lab().await;
    let url = socket_url(lab, "s", 0, "x", false);
    post(lab, "refuse", json!({ "point": "socket", "status": 503, "times": 1 })).await;
    let error = connect_async(&url).await.expect_err("a refusal").to_string();
    assert!(error.contains("503"), "{error}");
    post(lab, "refuse", json!({ "point": "socket", "times": 1 })).await;
    connect_async(&url).await.expect_err("a reset");
    post(lab, "refuse", json!({ "point": "socket", "close": 1003, "times": 1 })).await;
    let (mut socket, _) = connect_async(&url).await.expect("a socket");
    assert_eq!(close_code(socket.next().await), Some(1003));
    post(lab, "refuse", json!({ "point": "socket", "generation": 1 })).await;
    connect_async(&url).await.expect("another generation");
    let (mut socket, _) = connect_async(socket_url(lab, "s", 0, "x", true)).await.expect("a socket");
    let unknown = close_code(socket.next().await);
    assert_eq!(unknown, Some(1003), "there was no client on that link");
}

#[tokio::test]
async fn a_dropped_client_comes_back_and_gets_what_it_missed() {
    let lab = lab().await;
    let mut ann = Caller::join(lab, "s", "ann").await;
    post(lab, "drop", json!({ "session": "s" })).await;
    assert_eq!(ann.closed().await, None, "without a word");
    post(lab, "signal", json!({ "session": "s", "type": "missed", "data": { "any": ["json"] } })).await;
    let (socket, _) = connect_async(socket_url(lab, "s", 0, "ann", true)).await.expect("a socket");
    ann.socket = socket;
    assert_eq!(ann.hear("signal", "").await["content"], json!({ "type": "missed", "data": { "any": ["json"] } }));
}

#[tokio::test]
async fn control_calls_come_as_json_or_as_a_query() {
    let lab = lab().await;
    let (_, list) = get(lab, "/control").await;
    assert_eq!(list["calls"].as_array().map(Vec::len), Some(rotation_lab::control::CALLS.len()));
    assert_eq!(
        get(lab, "/control/create?session=s&mode=routed").await,
        (200, json!({ "session": "s", "mode": "routed" }))
    );
    assert_eq!(post(lab, "session", json!({ "session": "s" })).await.1["mode"], json!("routed"));
    let (status, answer) = post(lab, "rotate", json!({ "session": "s", "conn": "eve" })).await;
    assert_eq!((status, answer["error"].as_str()), (404, Some("there is no connection \"eve\" in session \"s\"")));
    assert_eq!(get(lab, "/control/rotate?sesion=s").await.0, 400);
    assert_eq!(get(lab, "/control/rotat").await.0, 404);
    assert_eq!(raw(lab, "POST", "/control/rotate", "[1]").await.0, 400);
    assert_eq!(raw(lab, "POST", "/control/clear", "").await.0, 200);
}

#[tokio::test]
async fn files_are_served_and_what_is_missing_says_how_to_get_it() {
    let here = env!("CARGO_MANIFEST_DIR");
    let lab =
        lab_with(&["--root", here, "--mount", &format!("/src={here}/src"), "--sdk", &format!("{here}/tests")]).await;
    let (status, head, text) = exchange(lab, "GET", "/src/lib.rs", "", "").await.expect("an answer");
    assert_eq!(status, 200);
    assert!(head.contains("cache-control: no-store") && text.contains("pub mod lab"), "{head}");
    assert_eq!(raw(lab, "GET", "/sdk/main.rs", "").await.0, 200);
    assert_eq!(raw(lab, "GET", "/src/../Cargo.toml", "").await.0, 404);
    let (status, text) = raw(lab, "GET", "/dist/index.js", "").await;
    assert!(status == 404 && text.contains("npm run build"), "{status} {text}");
    let (status, text) = raw(lab, "GET", "/", "").await;
    assert!(status == 404 && text.contains("/page"), "{status} {text}");
    let (status, page) = raw(lab, "GET", "/page?sdk=opentok.min.js", "").await;
    assert!(status == 200 && page.contains("/sdk/opentok.min.js") && page.contains("OT.setProxyUrl"), "{page}");
}

#[test]
fn what_is_missing_is_said_in_advance() {
    let options = Options::from_words(["--root", env!("CARGO_MANIFEST_DIR"), "--mount", "/x=no-such-folder"]);
    let missing = options.expect("options").missing();
    assert_eq!(missing.len(), 3, "{missing:?}");
    assert!(missing[0].contains("npm ci") && missing[1].contains("npm run build") && missing[2].contains("/x"));
}

#[tokio::test]
async fn only_loopback_addresses_are_bound() {
    let options = Options::from_words(["--port", "0", "--host", "0.0.0.0"]).expect("options");
    let error = Server::bind(&options).await.expect_err("not a loopback address");
    assert!(error.to_string().contains("loopback"), "{error}");
}

#[test]
fn the_project_folder_is_found_from_the_package() {
    let root = Options::from_words([]).expect("options").root();
    assert!(root.join("tests/lab/Cargo.toml").is_file() || Path::new("package.json").is_file(), "{}", root.display());
}

/// A client of the service over a real socket.
struct Caller {
    name: String,
    session: String,
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    transactions: u32,
}

impl Caller {
    async fn join(lab: SocketAddr, session: &str, name: &str) -> Self {
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

    async fn ask(&mut self, method: &str, path: &str, content: Value) {
        let frame = self.request(method, path, content);
        let (status, answer) = self.expect_answer(frame).await;
        assert_eq!(status, 200, "{method} {path}: {answer}");
    }

    fn request(&mut self, method: &str, path: &str, content: Value) -> Frame {
        self.transactions += 1;
        let uri = format!("/v2/partner/100/session/{}{path}", self.session);
        let payload = json!({ "method": method, "uri": uri, "content": content }).to_string();
        Frame::new(Kind::Message)
            .with(rumor::TRANSACTION, format!("{}-{}", self.name, self.transactions))
            .carrying(payload)
    }

    /// Sends a request and waits for its answer; messages that come before it are passed over.
    async fn expect_answer(&mut self, frame: Frame) -> (u16, Value) {
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
    async fn hear(&mut self, method: &str, path: &str) -> Value {
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

    async fn send(&mut self, frame: &Frame) {
        self.socket.send(Message::binary(frame.encode())).await.expect("an open socket");
    }

    async fn receive(&mut self) -> Option<Frame> {
        match self.socket.next().await {
            Some(Ok(Message::Binary(bytes))) => Some(Frame::decode(&bytes).expect("a frame")),
            _ => None,
        }
    }

    /// Waits for the end, and returns the close code, if the server gave one.
    async fn closed(&mut self) -> Option<u16> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Binary(_))) => {}
                end => return close_code(end),
            }
        }
    }
}

type Received = Option<Result<Message, tokio_tungstenite::tungstenite::Error>>;

fn close_code(received: Received) -> Option<u16> {
    match received {
        Some(Ok(Message::Close(Some(frame)))) => Some(frame.code.into()),
        _ => None,
    }
}

fn socket_url(lab: SocketAddr, session: &str, generation: u32, socket_id: &str, reconnect: bool) -> String {
    let reconnect = if reconnect { "&reconnect=true" } else { "" };
    format!("ws://{lab}/rumor/{session}/{generation}?socketId={socket_id}{reconnect}")
}

async fn token(lab: SocketAddr, session: &str) -> String {
    let (_, answer) = get(lab, &format!("/credentials?session={session}")).await;
    answer["token"].as_str().expect("a token").to_owned()
}

async fn info(lab: SocketAddr, session: &str, token: &str) -> Value {
    let path = format!("/proxy/anvil.opentok.com/session/{session}?extended=true");
    let (_, _, body) =
        exchange(lab, "GET", &path, &format!("X-OPENTOK-AUTH: {token}\r\n"), "").await.expect("an answer");
    serde_json::from_str(&body).expect("JSON")
}

async fn get(lab: SocketAddr, path: &str) -> (u16, Value) {
    let (status, body) = raw(lab, "GET", path, "").await;
    (status, serde_json::from_str(&body).unwrap_or_else(|_| panic!("{path} answered {body:?}")))
}

async fn post(lab: SocketAddr, call: &str, arguments: Value) -> (u16, Value) {
    let (status, body) = raw(lab, "POST", &format!("/control/{call}"), &arguments.to_string()).await;
    (status, serde_json::from_str(&body).expect("JSON"))
}

async fn raw(lab: SocketAddr, method: &str, path: &str, body: &str) -> (u16, String) {
    let (status, _, body) = exchange(lab, method, path, "", body).await.expect("an answer");
    (status, body)
}

/// One HTTP exchange, in full: status, head (in lower case) and body.
async fn exchange(
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
    stream.read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    Ok((status, head.to_lowercase(), body.to_owned()))
}
