//! The table of calls.

use super::argument::Kind::{AnyText, Flag, Json, Millis, Number, Seconds, Text, Url, Word};
use super::{Argument, Call, Kind, actions, platform};
use crate::rest::OPERATIONS;
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
        name: "join",
        about: "Puts a puppet into a session: a client without a socket. It stays until it is kicked or the servers rotate.",
        arguments: &[
            SESSION,
            may("data", AnyText, "text that the others see as connection.data"),
            may("role", Word(Role::NAMES), "what it may do; publisher if not said"),
            may("publish", AnyText, "publish a stream (without media) of this name"),
            may("migrate", Flag, "it can migrate: a rotation with migrate leaves it in the session"),
        ],
        answer: "{session, connection, stream}",
        run: platform::join,
    },
    Call {
        name: "fail",
        about: "Lets services break off with the status failed.",
        arguments: &[
            SESSION,
            may("service", Word(&["archive", "broadcast", "captions", "render"]), "only those of this kind"),
        ],
        answer: "{failed}",
        run: platform::fail,
    },
    Call {
        name: "schedule",
        about: "Rotates the session's servers in a while, with the notices before it that the application's server gets: four hours and one hour, divided by the speed.",
        arguments: &[
            SESSION,
            must("in", Millis, "how long until then"),
            may("speed", Number(1, MANY), "how many times faster than documented the notices come; 3600 if not said"),
            may("migrate", Flag, "tell those who can migrate to do so instead of disconnecting them"),
        ],
        answer: "{rotation, notices}: milliseconds from now; notices that would be in the past are left out",
        run: platform::schedule,
    },
    Call {
        name: "callbacks",
        about: "Says where the application's server is told what happens, and how. What isn't named stays as it is.",
        arguments: &[
            may("session", Url, "where session monitoring goes"),
            may("archive", Url, "where the status of archives goes"),
            may("broadcast", Url, "where the status of broadcasts goes"),
            may("captions", Url, "where the status of captions goes"),
            may("render", Url, "where the status of Experience Composers goes"),
            may("all", Url, "where all that isn't named goes"),
            may("secret", AnyText, "the secret that they are signed with; empty: they aren't"),
            may("sessionSecret", AnyText, "another one for session monitoring"),
            may("archiveSecret", AnyText, "another one for archives"),
            may("broadcastSecret", AnyText, "another one for broadcasts"),
            may("captionsSecret", AnyText, "another one for captions"),
            may("renderSecret", AnyText, "another one for Experience Composers"),
            may("retry", Millis, "how long a second try waits, each further one twice as long; 1000 if not said"),
            may("copies", Number(1, 1000), "how often each comes; once if not said"),
            may("shuffle", Millis, "each waits for a random time, at most this; 0 if not said"),
            may("skew", Seconds, "by how much the clock that signs is wrong; 0 if not said"),
            may("off", Flag, "forget all that was said before, and what isn't delivered"),
        ],
        answer: "{urls, signed, retry, copies, shuffle, skew, waiting, dropped}",
        run: platform::callbacks,
    },
    Call {
        name: "services",
        about: "Lists archives, broadcasts, captions and Experience Composers, oldest first, as callbacks have them.",
        arguments: &[may("session", Text, "only those of this session")],
        answer: "[{event, id, sessionId, status, ...}]",
        run: platform::services,
    },
    Call {
        name: "refuse",
        about: "Makes something fail from now on. Say how by one of status, error, body, close, hang, destroy and lose; a delay alone is only a delay.",
        arguments: &[
            must("point", Word(POINTS), "where"),
            may("session", Text, "only in this session"),
            may("generation", Number(0, MANY), "only on this generation of servers"),
            may("operation", Word(&OPERATIONS), "only this operation (rest)"),
            may("times", Number(1, MANY), "only so often"),
            may("for", Millis, "only for so long"),
            may(
                "status",
                STATUS,
                "answer with this status: of HTTP, or of the frame that answers connect and streamCreate",
            ),
            may("reason", AnyText, "the text that goes with status or error"),
            may("error", STATUS, "answer 200 with this error code in the JSON, as session info has it (config, info)"),
            may("body", AnyText, "answer 200 with this body; with status, the body of that (config, info, rest)"),
            may("close", CLOSE_CODE, "open the socket and close it with this code (socket)"),
            may("hang", Flag, "never answer"),
            may("destroy", Flag, "reset the connection"),
            may("lose", Flag, "do the right thing, and reset the connection before the answer (rest)"),
            may("retryAfter", Number(0, MANY), "the header Retry-After, in seconds (rest)"),
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
        answer: "{session, mode, properties, generation, connections: [{id, data, role, open, generation, capabilities}], streams: [{id, connection, name, hasAudio, hasVideo, channels}], subscribers: [{id, stream, connection}]}",
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
const POINTS: &[&str] = &["config", "info", "socket", "connect", "streamCreate", "rest"];

const fn must(name: &'static str, kind: Kind, about: &'static str) -> Argument {
    Argument { name, kind, required: true, about }
}

const fn may(name: &'static str, kind: Kind, about: &'static str) -> Argument {
    Argument { name, kind, required: false, about }
}
