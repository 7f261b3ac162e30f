//! The command line.

use std::env;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use clap::Parser;

/// A local stand-in for the Vonage Video API that rotates its servers on demand.
///
/// It serves this machine only. The unmodified web SDK talks to it after one public call, and real video flows between
/// the browsers; nothing leaves the machine.
#[derive(Clone, Debug, Parser)]
#[command(name = "rotation-lab", version, after_long_help = EXAMPLES)]
pub struct Options {
    /// Port to listen on; 0 takes any that is free. The address is the first line of the output.
    #[arg(long, default_value_t = 4390)]
    pub port: u16,

    /// Loopback address to listen on. Any other is refused.
    #[arg(long, default_value = "127.0.0.1")]
    pub host: IpAddr,

    /// Project folder: www/, dist/ and node_modules/ are looked for in it. [default: the one that cargo runs the lab
    /// from, else the current folder]
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,

    /// Folder with the SDK's opentok.js. [default: node_modules/@vonage/client-sdk-video/dist/js in the project folder]
    #[arg(long, value_name = "DIR")]
    sdk: Option<PathBuf>,

    /// Serve the files in DIR at /PREFIX, too. May be given more than once.
    #[arg(long = "mount", value_name = "/PREFIX=DIR")]
    pub mounts: Vec<Mount>,

    /// Milliseconds that a client which lost its socket may take to come back before the others are told that it is gone.
    #[arg(long, value_name = "MS", default_value_t = 40_000)]
    grace_ms: u64,

    /// Milliseconds from the end of an archive until its file is there.
    #[arg(long, value_name = "MS", default_value_t = 2_000)]
    processing_ms: u64,

    /// Archives end as `uploaded`, as with an upload target; not as `available`.
    #[arg(long)]
    pub uploads: bool,

    /// Seed of the names that the lab makes up, to repeat a run. [default: the clock]
    #[arg(long)]
    pub seed: Option<u64>,

    /// Print what the lab does, as lines of JSON.
    #[arg(long)]
    pub log: bool,
}

const EXAMPLES: &str = "\
Addresses:
  /                          www/index.html: the demo
  /page                      an empty page with the SDK, pointed at the lab (?sdk=opentok.min.js: the small build)
  /dist/*                    the built package
  /sdk/*                     the SDK: opentok.js, opentok.min.js
  /proxy/*                   the Video API, for OT.setProxyUrl(location.origin + \"/proxy\")
  /credentials?session=ID    {applicationId, sessionId, token} for a session, which comes into being when it is first
                             named; also data=, role=, expire= (seconds)
  /session/create, /v2/*     REST, for @vonage/video with videoHost: location.origin
  /credentials/application   {applicationId, privateKey, videoHost}: what @vonage/video needs
  /control                   all control calls and their arguments
  /control/CALL              POST a JSON object, or GET with a query

A session whose name contains `routed` is pseudo-routed: the SDK believes in a media router. Others are relayed.

Examples:
  Run the lab, and open http://127.0.0.1:4390/ in two tabs:
    rotation-lab

  Announce a successor that clients have a minute to move to, then rotate the servers:
    curl '127.0.0.1:4390/control/announce?session=demo&deadline=60000'
    curl '127.0.0.1:4390/control/rotate?session=demo'

  Let those clients that can migrate do so, and disconnect the others by force:
    curl 127.0.0.1:4390/control/rotate -d '{\"session\": \"demo\", \"migrate\": true}'

  Refuse the next two requests for session info with 503, after a second each:
    curl 127.0.0.1:4390/control/refuse -d '{\"point\": \"info\", \"status\": 503, \"times\": 2, \"delay\": 1000}'

  Drop everybody's socket, and keep them out for ten seconds:
    curl '127.0.0.1:4390/control/refuse?point=socket&session=demo&for=10000'
    curl '127.0.0.1:4390/control/drop?session=demo'

  Serve an app of your own from the lab:
    rotation-lab --mount /app=../my-app/public
  or, served from elsewhere, let it say before anything else:
    OT.setProxyUrl(\"http://127.0.0.1:4390/proxy\")";

impl Options {
    /// The command line's options, for use without a command line.
    ///
    /// # Errors
    ///
    /// As the command line would say.
    pub fn from_words<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self, clap::Error> {
        Self::try_parse_from(std::iter::once("rotation-lab").chain(words))
    }

    /// How long a client that lost its socket may take to come back.
    #[must_use]
    pub const fn grace(&self) -> Duration {
        Duration::from_millis(self.grace_ms)
    }

    /// How long it takes from the end of an archive until its file is there.
    #[must_use]
    pub const fn processing(&self) -> Duration {
        Duration::from_millis(self.processing_ms)
    }

    /// The project folder.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        let found = || {
            // Set by `cargo run` and `cargo test`; an installed binary knows only where it is run.
            let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from)?;
            let root = package.ancestors().find(|folder| folder.join("package.json").is_file())?;
            Some(root.to_path_buf())
        };
        self.root.clone().or_else(found).unwrap_or_else(|| PathBuf::from("."))
    }

    /// The folder with the SDK.
    #[must_use]
    pub fn sdk(&self) -> PathBuf {
        let installed = || self.root().join("node_modules/@vonage/client-sdk-video/dist/js");
        self.sdk.clone().unwrap_or_else(installed)
    }

    /// What ought to be there and isn't, in sentences.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        super::files::missing(self)
    }
}

/// A folder to be served, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// Where; begins with a slash, and doesn't end with one.
    pub prefix: String,
    /// What.
    pub folder: PathBuf,
}

/// The first parts of the lab's own addresses.
const TAKEN: &[&str] =
    &["page", "dist", "sdk", "proxy", "credentials", "control", "project", "session", "logging", "rumor", "v2", "hls"];

impl FromStr for Mount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (prefix, folder) = text.split_once('=').ok_or("expected /PREFIX=DIR")?;
        let prefix = prefix.trim_end_matches('/');
        let Some(name) = prefix.strip_prefix('/') else {
            return Err(format!("{prefix:?} must begin with a slash and name something, as in /app=DIR"));
        };
        let first = name.split('/').next().unwrap_or_default();
        if first.is_empty() || name.contains(['{', '}', '*', ':']) {
            return Err(format!("{prefix:?} must be a plain path, as in /app=DIR"));
        }
        if TAKEN.contains(&first) {
            return Err(format!("/{first} is the lab's own; take another prefix"));
        }
        Ok(Self { prefix: prefix.to_owned(), folder: Path::new(folder).to_path_buf() })
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Options::command().debug_assert();
    }

    #[test]
    fn a_mount_has_a_prefix_of_its_own() {
        let mount = Mount { prefix: "/app".to_owned(), folder: PathBuf::from("x=y") };
        assert_eq!("/app/=x=y".parse(), Ok(mount));
        for text in ["app=x", "/=x", "/control=x", "/sdk/old=x", "/app", "/{x}=y"] {
            assert!(text.parse::<Mount>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_call_in_the_examples_exists() {
        let calls: Vec<&str> = crate::control::CALLS.iter().map(|call| call.name).collect();
        let named = EXAMPLES
            .split("/control/")
            .skip(1)
            .map(|rest| rest.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default());
        named.filter(|name| *name != "CALL").for_each(|name| assert!(calls.contains(&name), "{name}"));
    }
}
