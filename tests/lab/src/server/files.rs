//! Files: the demo, the built package, the SDK, and whatever is mounted.

use std::path::{Path, PathBuf};

use axum::Router;
use axum::extract::Query;
use axum::http::{StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use tower_http::services::ServeDir;

use super::Options;

/// The addresses of files.
pub(super) fn router(options: &Options) -> Router {
    let dist = options.root().join("dist");
    let www = options.root().join("www");
    let mut router = Router::new()
        .route("/page", get(page))
        .nest("/sdk", folder(options.sdk(), "The SDK isn't installed. Run: npm ci"))
        .nest("/dist", folder(dist, "The package hasn't been built. Run: npm run build"));
    for mount in &options.mounts {
        router = router.nest(&mount.prefix, folder(mount.folder.clone(), "It was mounted with --mount."));
    }
    router.fallback_service(folder(www, "The demo isn't there. A page with the SDK alone is at /page."))
}

/// Logs what is missing, before somebody wonders.
pub(super) fn missing(options: &Options) -> Vec<String> {
    let sdk = options.sdk();
    let said = |folder: &Path, help: &str| format!("{} is not there. {help}", folder.display());
    let mut missing = Vec::new();
    if !sdk.is_dir() {
        missing.push(said(&sdk, "Run: npm ci (pages can't load /sdk/opentok.js until then)"));
    }
    let dist = options.root().join("dist");
    if !dist.is_dir() {
        missing.push(said(&dist, "Run: npm run build (pages can't load /dist/index.js until then)"));
    }
    let mounts = options.mounts.iter().filter(|mount| !mount.folder.is_dir());
    missing.extend(mounts.map(|mount| said(&mount.folder, &format!("It is mounted at {}.", mount.prefix))));
    missing
}

fn folder(folder: PathBuf, help: &'static str) -> Router {
    let there = folder.clone();
    let not_found = get(move |uri: Uri| async move { nothing_here(&uri, &there, help) });
    Router::new().fallback_service(ServeDir::new(folder).fallback(not_found))
}

fn nothing_here(uri: &Uri, folder: &Path, help: &str) -> Response {
    let about = if folder.is_dir() { "There is no such file in" } else { "There is no such folder:" };
    let text = format!(
        "404: nothing at {}\n\n{about} {}\n{}\n\nThe lab's addresses: rotation-lab --help, or GET /control\n",
        uri.path(),
        folder.display(),
        if folder.is_dir() { "" } else { help },
    );
    (StatusCode::NOT_FOUND, text).into_response()
}

#[derive(Deserialize)]
struct PageQuery {
    #[serde(default)]
    sdk: Option<String>,
}

/// An empty page with the SDK, pointed at the lab.
async fn page(Query(PageQuery { sdk }): Query<PageQuery>) -> Html<String> {
    let sdk = sdk.as_deref().filter(|sdk| *sdk == "opentok.min.js").unwrap_or("opentok.js");
    Html(format!(
        r#"<!doctype html>
<meta charset="utf-8">
<title>rotation-lab</title>
<div id="root"></div>
<script src="/sdk/{sdk}"></script>
<script>OT.setProxyUrl(location.origin + "/proxy");</script>
"#
    ))
}
