// The SDK that the address asks for (`sdk`), as a classic script: what follows in the page finds it there.
{
  const sdk = new URLSearchParams(location.search).get("sdk") ?? "2.35.2";
  const folder = sdk === "2.35.2" ? "/sdk" : `/sdks/${encodeURIComponent(sdk)}`;
  document.write(`<script src="${folder}/opentok.min.js"></script>`);
}
