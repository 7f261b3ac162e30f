//! The table of calls.

use super::argument::Kind::{AnyText, Flag, Json, Millis, Number, Seconds, Text, Word};
use super::{Argument, Call, Kind, actions};
use crate::session::Mode;
use crate::token::Role;

const MANY: u64 = 1_000_000_000;
const STATUS: Kind = Number(100, 599);
const CLOSE_CODE: Kind = Number(1000, 4999);

/// All calls.
pub const CALLS: &[Call] = &[
    Call {
        name: "create",
        about: "Creates a session. (Sessions that are only named come into being, too: relayed, unless the name contains `routed`.)",
        arguments: &[
            may("session", Text, "its name; made up if there is none"),
            may("mode", Word(Mode::NAMES), "how the SDK believes that media travel; relayed if not said"),
            may("reconnection", Flag, "whether clients try to come back when they lose their socket; true if not said"),
        ],
        answer: "{session, mode}",
        run: actions::create,
    },
    Call {
        name: "token",
        about: "Issues a token.",
        arguments: &[
            SESSION,
            may("role", Word(Role::NAMES), "what its bearer may do; publisher if not said"),
            may("data", AnyText, "text that the others see as connection.data"),
            may("expire", Seconds, "seconds until it expires, negative if it has; a day if not said"),
        ],
        answer: "{applicationId, sessionId, token}",
        run: actions::token,
    },
    Call {
        name: "announce",
        about: "Creates a successor of the same mode, and tells everybody by a signal without a sender.",
        arguments: &[
            SESSION,
            may("successor", Text, "its name; the session's with the next number if not said"),
            may("type", Text, "the signal's type; newSession if not said"),
            may("deadline", Millis, "until when from now on the old session can be counted on; makes the signal JSON"),
            may("json", Flag, "whether the signal's data is {sessionId, deadline?} or the plain name"),
            CONN,
        ],
        answer: "{successor, sent}",
        run: actions::announce,
    },
    Call {
        name: "rotate",
        about: "Rotates the session's servers: everybody is disconnected by force.",
        arguments: &[
            SESSION,
            CONN,
            may("reason", Text, "the reason that clients are given; serverRotation if not said"),
            may("others", Flag, "tell each client first that everybody else is gone"),
            may("migrate", Flag, "tell those who can migrate to do so instead of disconnecting them"),
            may("closeAfter", Millis, "how long sockets stay open after the news; 200 if not said"),
        ],
        answer: "{disconnected, migrated, generation}",
        run: actions::rotate,
    },
    Call {
        name: "notify",
        about: "Sends a migration notice to those who can migrate.",
        arguments: &[
            SESSION,
            CONN,
            may("force", Flag, "send it to those who can't, too"),
            may("sameServer", Flag, "go on naming the same socket in session info (a fault)"),
            may("reason", Text, "serverRotation if not said; the SDK takes no notice of anything else"),
        ],
        answer: "{notified, generation}",
        run: actions::notify,
    },
    Call {
        name: "signal",
        about: "Signals without a sender, as an app server does.",
        arguments: &[SESSION, must("type", Text, "the signal's type"), may("data", Json, "the signal's data"), CONN],
        answer: "{sent}",
        run: actions::signal,
    },
    Call {
        name: "drop",
        about: "Drops sockets. Clients come back, unless a fault keeps them from it.",
        arguments: &[
            SESSION,
            CONN,
            may("code", CLOSE_CODE, "close with this code; if not said, without a word"),
            may("old", Flag, "drop those that migrated clients still hold to the servers they left"),
        ],
        answer: "{dropped}",
        run: actions::drop_sockets,
    },
    Call {
        name: "forget",
        about: "Drops sockets and forgets the clients: when they come back, the socket is closed with 1003.",
        arguments: &[SESSION, CONN],
        answer: "{forgotten}",
        run: actions::forget,
    },
    Call {
        name: "freeze",
        about: "Plays dead on sockets that stay open.",
        arguments: &[SESSION, CONN, may("on", Flag, "false to stop it; true if not said")],
        answer: "{frozen}",
        run: actions::freeze,
    },
    Call {
        name: "kick",
        about: "Disconnects by force and tells those who stay, on the same servers.",
        arguments: &[SESSION, CONN, may("reason", Text, "forceDisconnected if not said")],
        answer: "{kicked}",
        run: actions::kick,
    },
    Call {
        name: "refuse",
        about: "Makes something fail from now on. Say how by one of status, error, body, close, hang and destroy; a delay alone is only a delay.",
        arguments: &[
            must("point", Word(POINTS), "where"),
            may("session", Text, "only in this session"),
            may("generation", Number(0, MANY), "only on this generation of servers"),
            may("times", Number(1, MANY), "only so often"),
            may("for", Millis, "only for so long"),
            may(
                "status",
                STATUS,
                "answer with this status: of HTTP, or of the frame that answers connect and streamCreate",
            ),
            may("reason", AnyText, "the text that goes with status or error"),
            may("error", STATUS, "answer 200 with this error code in the JSON, as session info has it (config, info)"),
            may("body", AnyText, "answer 200 with this body; with status, the body of that (config, info)"),
            may("close", CLOSE_CODE, "open the socket and close it with this code (socket)"),
            may("hang", Flag, "never answer"),
            may("destroy", Flag, "reset the connection"),
            may("delay", Millis, "wait first"),
        ],
        answer: "{faults}: how many are in force",
        run: actions::refuse,
    },
    Call { name: "clear", about: "Ends all faults.", arguments: &[], answer: "{cleared}", run: actions::clear },
    Call {
        name: "session",
        about: "Says who is in a session, and what goes on there.",
        arguments: &[SESSION],
        answer: "{session, mode, generation, connections: [{id, data, role, open, generation, capabilities}], streams: [{id, connection, name, hasAudio, hasVideo, channels}], subscribers: [{id, stream, connection}]}",
        run: actions::session,
    },
    Call {
        name: "sessions",
        about: "Lists all sessions.",
        arguments: &[],
        answer: "[{session, mode, generation, connections, streams, subscribers}], the last three as numbers",
        run: actions::sessions,
    },
    Call {
        name: "log",
        about: "Says what the lab did.",
        arguments: &[may("since", Number(0, u64::MAX), "from this millisecond of the lab's life on")],
        answer: "[{t, kind, ...}]",
        run: actions::log,
    },
    Call {
        name: "now",
        about: "Says how old the lab is, in milliseconds: the log's clock.",
        arguments: &[],
        answer: "{t}",
        run: actions::now,
    },
];

const SESSION: Argument = must("session", Text, "the session");
const CONN: Argument = may("conn", Text, "only this connection");
const POINTS: &[&str] = &["config", "info", "socket", "connect", "streamCreate"];

const fn must(name: &'static str, kind: Kind, about: &'static str) -> Argument {
    Argument { name, kind, required: true, about }
}

const fn may(name: &'static str, kind: Kind, about: &'static str) -> Argument {
    Argument { name, kind, required: false, about }
}
