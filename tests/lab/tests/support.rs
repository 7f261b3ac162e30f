//! A client of the lab that needs no socket: it hands frames in and reads what comes out.

use std::collections::BTreeMap;
use std::time::Duration;

use rotation_lab::callback::Post;
use rotation_lab::control::{self, ControlError};
use rotation_lab::id::{SessionId, WireId};
use rotation_lab::lab::{Lab, LabConfig, Opening, Output};
use rotation_lab::rumor::{self, Frame, Kind};
use rotation_lab::time::Time;
use rotation_lab::token::Role;
use serde_json::{Map, Value, json};

/// A lab in virtual time, and the wires to it.
pub(crate) struct World {
    pub(crate) lab: Lab,
    pub(crate) now: Time,
    wires: BTreeMap<WireId, Wire>,
    transactions: u32,
    /// What the application's server was told and hasn't answered.
    pub(crate) posts: Vec<Post>,
}

/// What came out on one wire.
#[derive(Debug, Default)]
pub(crate) struct Wire {
    pub(crate) frames: Vec<Frame>,
    pub(crate) closed: Option<Closed>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closed {
    With(u16),
    Cut,
}

/// A client that acknowledges whatever it is told.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) session: String,
    pub(crate) wire: WireId,
    pub(crate) socket_id: String,
}

impl World {
    pub(crate) fn new() -> Self {
        let now = Time::from_millis(1_700_000_000_000);
        Self {
            lab: Lab::new(LabConfig::default(), now),
            now,
            wires: BTreeMap::new(),
            transactions: 0,
            posts: Vec::new(),
        }
    }

    /// Carries out a control call that must succeed.
    pub(crate) fn control(&mut self, call: &str, arguments: Value) -> Value {
        self.try_control(call, arguments).unwrap_or_else(|error| panic!("{call}: {error}"))
    }

    pub(crate) fn try_control(&mut self, call: &str, arguments: Value) -> Result<Value, ControlError> {
        let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
        let answer = control::call(&mut self.lab, call, arguments, self.now);
        self.drain();
        answer
    }

    /// Lets time pass, stopping wherever the lab has something to do.
    pub(crate) fn pass(&mut self, duration: Duration) {
        let end = self.now + duration;
        while let Some(due) = self.lab.poll_timeout().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.lab.handle_timeout(self.now);
            self.drain();
            assert!(self.lab.poll_timeout().is_none_or(|next| next > self.now), "a timeout must be dealt with");
        }
        self.now = end;
    }

    /// Opens a socket and says who it is for.
    pub(crate) fn open(&mut self, name: &str, session: &str, generation: u32) -> Client {
        let socket_id = format!("{name}-socket-{}", self.wires.len());
        let wire = self.open_wire(session, generation, &socket_id, false);
        self.hand_in(wire, &Frame::new(Kind::Connect).with(rumor::UNIQUE_ID, name));
        Client { id: name.to_owned(), session: session.to_owned(), wire, socket_id }
    }

    pub(crate) fn open_wire(&mut self, session: &str, generation: u32, socket_id: &str, reconnect: bool) -> WireId {
        let wire = WireId(self.wires.len() as u64 + 1);
        self.wires.insert(wire, Wire::default());
        let opening = Opening { session: session.into(), generation, socket_id: socket_id.to_owned(), reconnect };
        self.lab.handle_open(wire, opening, self.now);
        self.drain();
        wire
    }

    /// Ends a wire from the client's side.
    pub(crate) fn lose(&mut self, wire: WireId) {
        self.lab.handle_close(wire, self.now);
        self.drain();
    }

    /// A client that has joined, on the session's present servers.
    pub(crate) fn join(&mut self, name: &str, session: &str) -> Client {
        self.join_as(name, session, Role::Publisher, &["migrate"])
    }

    pub(crate) fn join_as(&mut self, name: &str, session: &str, role: Role, capabilities: &[&str]) -> Client {
        let generation = self.lab.ensure_session(&SessionId::from(session), self.now).generation;
        let client = self.open(name, session, generation);
        let (status, body) = self.connect(&client, role, capabilities);
        assert_eq!(status, 200, "{body}");
        client
    }

    pub(crate) fn connect(&mut self, client: &Client, role: Role, capabilities: &[&str]) -> (u16, Value) {
        let lifetime = Duration::from_secs(60);
        let token = self.lab.issue(&client.session.as_str().into(), role, &client.id, lifetime, self.now);
        self.connect_with(client, &token.encode(), capabilities)
    }

    pub(crate) fn connect_with(&mut self, client: &Client, token: &str, capabilities: &[&str]) -> (u16, Value) {
        let path = format!("/connection/{}", client.id);
        let frame = self.request(client, "create", &path, json!({ "capabilities": capabilities }));
        let transaction = self.hand_in(client.wire, &frame.with(rumor::TOKEN, token));
        self.answer(client, &transaction).expect("an answer")
    }

    /// Asks for something and returns the answer.
    pub(crate) fn ask(&mut self, client: &Client, method: &str, path: &str, content: Value) -> (u16, Value) {
        let frame = self.request(client, method, path, content);
        let transaction = self.hand_in(client.wire, &frame);
        self.answer(client, &transaction).unwrap_or_else(|| panic!("{method} {path} was not answered"))
    }

    pub(crate) fn publish(&mut self, client: &Client, stream: &str) -> (u16, Value) {
        let channel = json!([
            { "id": "audio1", "type": "audio", "active": true },
            { "id": "video1", "type": "video", "active": true, "width": 640, "height": 480 },
        ]);
        let content = json!({ "id": stream, "name": client.id, "channel": channel });
        self.ask(client, "create", &format!("/stream/{stream}"), content)
    }

    pub(crate) fn subscribe(&mut self, client: &Client, stream: &str, subscriber: &str) -> (u16, Value) {
        self.ask(client, "create", &format!("/stream/{stream}/subscriber/{subscriber}"), json!({ "id": subscriber }))
    }

    pub(crate) fn request(&mut self, client: &Client, method: &str, path: &str, content: Value) -> Frame {
        self.transactions += 1;
        let uri = format!("/v2/partner/100/session/{}{path}", client.session);
        let payload = json!({ "method": method, "uri": uri, "content": content }).to_string();
        Frame::new(Kind::Message)
            .to("symphony.local")
            .with(rumor::TRANSACTION, format!("t{}", self.transactions))
            .carrying(payload)
    }

    /// Hands in a frame and returns its transaction.
    pub(crate) fn hand_in(&mut self, wire: WireId, frame: &Frame) -> String {
        self.lab.handle_frame(wire, &frame.encode(), self.now);
        self.drain();
        frame.header(rumor::TRANSACTION).unwrap_or_default().to_owned()
    }

    /// The answer to a request, if it has come.
    pub(crate) fn answer(&self, client: &Client, transaction: &str) -> Option<(u16, Value)> {
        let frames = self.wire(client.wire).frames.iter().filter(|frame| frame.kind == Kind::Status);
        let frame = frames.rev().find(|frame| frame.header(rumor::TRANSACTION) == Some(transaction))?;
        let status = frame.header(rumor::STATUS).and_then(|status| status.parse().ok()).expect("a status");
        Some((status, serde_json::from_slice(&frame.payload).expect("JSON")))
    }

    /// All that a client was told, and forgets it: method, path within the session, and the rest.
    pub(crate) fn told(&mut self, client: &Client) -> Vec<Told> {
        let wire = self.wires.get_mut(&client.wire).expect("a wire");
        let frames = std::mem::take(&mut wire.frames);
        let messages: Vec<Frame> = frames.into_iter().filter(|frame| frame.kind == Kind::Message).collect();
        for frame in &messages {
            let transaction = frame.header(rumor::TRANSACTION).expect("a transaction");
            let status = Frame::new(Kind::Status).with(rumor::TRANSACTION, transaction).with(rumor::STATUS, "200");
            self.hand_in(client.wire, &status);
        }
        messages.iter().map(Told::read).collect()
    }

    /// Lets clients forget what they were told so far.
    pub(crate) fn forget_told<const N: usize>(&mut self, clients: [&Client; N]) {
        clients.into_iter().for_each(|client| drop(self.told(client)));
    }

    /// All that a client was told, in short: `deleted /stream/x (reason)`.
    pub(crate) fn heard(&mut self, client: &Client) -> Vec<String> {
        self.told(client).iter().map(Told::brief).collect()
    }

    pub(crate) fn wire(&self, wire: WireId) -> &Wire {
        &self.wires[&wire]
    }

    pub(crate) fn drain(&mut self) {
        while let Some(output) = self.lab.poll_output() {
            let wire = match output {
                Output::Send(wire, _) | Output::Close(wire, _) | Output::Cut(wire) => wire,
                Output::Post(post) => {
                    self.posts.push(post);
                    continue;
                }
            };
            let state = self.wires.get_mut(&wire).expect("a wire");
            assert_eq!(state.closed, None, "nothing is sent on a closed wire");
            match output {
                Output::Send(_, bytes) => state.frames.push(Frame::decode(&bytes).expect("a frame")),
                Output::Close(_, code) => state.closed = Some(Closed::With(code)),
                Output::Cut(_) => state.closed = Some(Closed::Cut),
                Output::Post(_) => {}
            }
            if state.closed.is_some() {
                self.lab.handle_close(wire, self.now);
            }
        }
    }
}

/// A message as a client reads it.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) from: String,
    pub(crate) reason: Option<String>,
    pub(crate) content: Map<String, Value>,
}

impl Told {
    fn read(frame: &Frame) -> Self {
        let message: Value = serde_json::from_slice(&frame.payload).expect("JSON");
        let uri = message["uri"].as_str().expect("an address");
        let path = uri.splitn(6, '/').nth(5).and_then(|rest| rest.split_once('/')).map_or("", |(_, path)| path);
        Self {
            method: message["method"].as_str().expect("a method").to_owned(),
            path: path.to_owned(),
            from: frame.header(rumor::FROM).expect("a sender").to_owned(),
            reason: message.get("reason").and_then(Value::as_str).map(str::to_owned),
            content: message["content"].as_object().expect("content").clone(),
        }
    }

    fn brief(&self) -> String {
        let reason = self.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
        // A signal's own name says nothing.
        let path = if self.method == "signal" { "signal" } else { &self.path };
        format!("{} {path}{reason}", self.method)
    }
}
