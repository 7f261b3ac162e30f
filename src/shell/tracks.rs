//! How the end of a publisher doesn't end what the app owns.

use js_sys::{Function, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::MediaStreamTrack;

use super::js;

/// Runs `destroy`, which makes the SDK stop every track of a publisher and forget to listen to its end, so that both
/// go on for the tracks that the app supplied: the publisher's successor shows and sounds them too (SDK-FACTS, trap 3).
pub fn shielded(options: &Object, destroy: impl FnOnce()) {
    let tracks = supplied(options);
    let ended = Ended::of(&tracks);
    let stop = JsValue::from_str("stop");
    let nothing = Function::new_no_args("");
    for track in &tracks {
        let _ = Reflect::set(track, &stop, &nothing);
    }
    destroy();
    for track in &tracks {
        let _ = Reflect::delete_property(track.unchecked_ref::<Object>(), &stop);
    }
    ended.restore();
}

/// What listens to the end of the tracks that the app supplied. The SDK chains its own listener to the one that it
/// finds, and with it the publisher: so each publisher must find the app's own.
pub struct Ended(Vec<(MediaStreamTrack, Option<Function>)>);

impl Ended {
    /// The listeners of the moment.
    pub fn now(options: &Object) -> Self {
        Self::of(&supplied(options))
    }

    /// Puts the listeners back.
    pub fn restore(&self) {
        for (track, listener) in &self.0 {
            track.set_onended(listener.as_ref());
        }
    }

    fn of(tracks: &[MediaStreamTrack]) -> Self {
        // A track's own clone() would make another track, on which nobody listens and which nobody stops.
        Self(tracks.iter().map(|track| (Clone::clone(track), track.onended())).collect())
    }
}

fn supplied(options: &Object) -> Vec<MediaStreamTrack> {
    ["videoSource", "audioSource"].into_iter().filter_map(|name| js::get(options, name).dyn_into().ok()).collect()
}
