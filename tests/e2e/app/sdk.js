// The SDK that the address asks for (`sdk`), or else the one that the tests run on, as a classic script: what follows in
// the page finds it there.
{
  const sdk = new URLSearchParams(location.search).get("sdk");
  const folder = sdk ? `/sdks/${encodeURIComponent(sdk)}` : "/sdk";
  document.write(`<script src="${folder}/opentok.min.js"></script>`);
}
