//! The lab over real sockets: files, credentials, session info, faults of HTTP, and a whole call.

use std::path::Path;

use futures_util::StreamExt as _;
use rotation_lab::server::{Options, Server};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::connect_async;

use crate::caller::{Caller, close_code, exchange, get, info, lab, lab_with, post, raw, socket_url, soon, token};

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
    soon(async { while !struck(&get(lab, "/control/log").await.1) {} }).await;
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
    assert_eq!(close_code(soon(socket.next()).await), Some(1003));
    post(lab, "refuse", json!({ "point": "socket", "generation": 1 })).await;
    connect_async(&url).await.expect("another generation");
    let (mut socket, _) = connect_async(socket_url(lab, "s", 0, "x", true)).await.expect("a socket");
    let unknown = close_code(soon(socket.next()).await);
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

#[tokio::test]
async fn a_callback_goes_over_http_and_comes_again() {
    let lab = lab().await;
    let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/hook", server.local_addr().expect("an address"));
    post(lab, "callbacks", json!({ "session": url, "secret": "s", "retry": 1 })).await;
    post(lab, "create", json!({ "session": "s" })).await;
    post(lab, "schedule", json!({ "session": "s", "in": 3_600_000, "speed": 1 })).await;
    for answer in ["HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n", "HTTP/1.1 204 Yes\r\n\r\n"] {
        let (mut stream, _) = soon(server.accept()).await.expect("a connection");
        let request = read_post(&mut stream).await;
        assert!(request.starts_with("POST /hook HTTP/1.1"), "{request}");
        assert!(request.to_lowercase().contains("\r\nauthorization: bearer "), "{request}");
        assert!(request.contains("sessionNotification"), "{request}");
        stream.write_all(answer.as_bytes()).await.expect("an answer");
    }
}

/// Reads a request until its JSON is over.
async fn read_post(stream: &mut TcpStream) -> String {
    let mut request = String::new();
    while !request.ends_with('}') {
        let mut part = [0; 1024];
        let length = soon(stream.read(&mut part)).await.expect("more");
        request.push_str(&String::from_utf8_lossy(&part[..length]));
    }
    request
}

#[tokio::test]
async fn the_application_is_known_by_a_key_that_is_made_once() {
    let lab = lab().await;
    let ask = |path: &'static str| async move { get(lab, path).await };
    let (status, first) = ask("/credentials/application").await;
    assert_eq!((status, &first["applicationId"]), (200, &json!("100")));
    assert!(first["privateKey"].as_str().is_some_and(|pem| pem.starts_with("-----BEGIN PRIVATE KEY-----")));
    assert_eq!(first["videoHost"], json!(format!("http://{lab}")));
    assert_eq!(ask("/credentials/application").await.1, first);
    let (status, answer) = ask("/v2/project/100/archive").await;
    assert_eq!((status, &answer["code"]), (401, &json!(401)));
}

#[tokio::test]
async fn rest_goes_wrong_in_every_way() {
    let lab = lab().await;
    let ask = || exchange(lab, "POST", "/session/create", "", "");
    post(lab, "refuse", json!({ "point": "rest", "status": 429, "retryAfter": 3, "times": 1 })).await;
    let (status, head, _) = ask().await.expect("an answer");
    assert_eq!((status, head.contains("retry-after: 3")), (429, true), "{head}");
    post(lab, "refuse", json!({ "point": "rest", "operation": "createSession", "lose": true, "times": 1 })).await;
    assert_eq!(ask().await.expect_err("no answer").kind(), std::io::ErrorKind::ConnectionReset);
    assert_eq!(ask().await.expect("an answer").0, 401);
    let (_, log) = get(lab, "/control/log").await;
    let done = log.as_array().into_iter().flatten().filter(|line| line["kind"] == "rest").count();
    assert_eq!(done, 2, "what was lost was done");
    for wrong in [json!({ "point": "info", "retryAfter": 1 }), json!({ "point": "rest", "operation": "nonsense" })] {
        assert_eq!(post(lab, "refuse", wrong).await.0, 400);
    }
}
