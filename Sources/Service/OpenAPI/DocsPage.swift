/// The page that shows the API's document and lets a person try it: nothing in it comes from elsewhere.
enum DocsPage {
  static let html = """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Weir: the API</title>
    <link rel="stylesheet" href="/api/v1/docs/page.css">
    <link rel="icon" href="data:,">
    </head>
    <body>
    <header>
    <h1>Weir: the API</h1>
    <p id="about">The document is being read.</p>
    <p><a href="/api/v1/openapi.json">openapi.json</a></p>
    <form id="key">
    <label for="token">Token for trying things out; kept in this page alone</label>
    <input id="token" type="password" autocomplete="off" spellcheck="false">
    </form>
    </header>
    <main id="operations" aria-live="polite"></main>
    <noscript>This page needs its script; the document itself is at /api/v1/openapi.json.</noscript>
    <script src="/api/v1/docs/page.js" defer></script>
    </body>
    </html>
    """

  static let style = """
    :root { color-scheme: light dark; --ground: #ffffff; --text: #15202b; --accent: #0a5c9c; --line: #8886;
      --soft: #eef2f6; --good: #11703c; --bad: #ad2018; }
    @media (prefers-color-scheme: dark) { :root { --ground: #0e141a; --text: #e8eef4; --accent: #7abaf5; --soft: #1e2832;
      --good: #65d394; --bad: #ff9a90; } }
    * { box-sizing: border-box; }
    html { background: var(--ground); color: var(--text); }
    a { color: var(--accent); }
    body { background: var(--ground); font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
    h1 { font-size: 1.5rem; }
    h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
    details { border: 1px solid var(--line); border-radius: .4rem; margin: .4rem 0; }
    summary { padding: .5rem .7rem; cursor: pointer; }
    summary code { font-weight: 600; overflow-wrap: anywhere; }
    .method { display: inline-block; min-width: 3.5rem; font-weight: 700; }
    .inside { padding: 0 .7rem .7rem; }
    label { display: block; margin-top: .5rem; }
    input, select, textarea { font: inherit; width: 100%; max-width: 30rem; padding: .3rem; }
    button { font: inherit; margin: .7rem 0; padding: .4rem 1rem; }
    pre { background: var(--soft); padding: .6rem; overflow: auto; max-height: 30rem; border-radius: .3rem; }
    table { border-collapse: collapse; } td, th { text-align: left; padding: .15rem .8rem .15rem 0; vertical-align: top; }
    .good { color: var(--good); } .bad { color: var(--bad); }
    :focus-visible { outline: 3px solid #2f81f7; outline-offset: 2px; }
    """

  static let script = """
    "use strict";
    const make = (name, attributes, ...inside) => {
      const element = document.createElement(name);
      for (const [key, value] of Object.entries(attributes || {})) element.setAttribute(key, value);
      element.append(...inside);
      return element;
    };
    const token = document.getElementById("token");
    document.getElementById("key").addEventListener("submit", (event) => event.preventDefault());

    const field = (parameter, id) => {
      const schema = parameter.schema || {};
      const words = schema.enum || (schema.type === "boolean" ? ["true", "false"] : null);
      const input = words
        ? make("select", { id }, make("option", { value: "" }, "not given"),
               ...words.map((word) => make("option", { value: word }, word)))
        : make("input", { id, placeholder: schema.default === undefined ? "" : String(schema.default) });
      input.dataset.name = parameter.name;
      input.dataset.place = parameter.in;
      const about = parameter.description ? `: ${parameter.description}` : "";
      return [make("label", { for: id }, make("code", {}, parameter.name), about), input];
    };

    const describe = (schema) => {
      if (!schema) return "";
      if (schema.anyOf || schema.oneOf) return (schema.anyOf || schema.oneOf).map(describe).join(" or ");
      if (schema.const !== undefined) return JSON.stringify(schema.const);
      if (schema.enum) return schema.enum.map((word) => JSON.stringify(word)).join(", ");
      if (schema.type === "array") return `list of ${describe(schema.items)}`;
      if (schema.type === "object") return "{ " + Object.keys(schema.properties || {}).join(", ") + " }";
      return [schema.type, schema.format].filter(Boolean).join(", ");
    };

    const fields = (schema) => {
      const rows = Object.entries((schema && schema.properties) || {}).map(([name, inner]) =>
        make("tr", {}, make("td", {}, make("code", {}, name)), make("td", {}, describe(inner)),
             make("td", {}, inner.description || "")));
      return rows.length ? make("table", {}, make("tbody", {}, ...rows)) : "";
    };

    const send = async (path, method, inside, body, out) => {
      let url = path;
      const query = new URLSearchParams();
      for (const input of inside.querySelectorAll("[data-name]")) {
        if (input.dataset.place === "path") {
          url = url.replace(`{${input.dataset.name}}`, encodeURIComponent(input.value));
        } else if (input.value !== "") query.set(input.dataset.name, input.value);
      }
      if ([...query].length) url += `?${query}`;
      const headers = {};
      if (token.value) headers.Authorization = `Bearer ${token.value}`;
      if (body) headers["Content-Type"] = "application/json";
      const line = make("p", {});
      const text = make("pre", { tabindex: "0" });
      out.replaceChildren(line, text);
      try {
        const answer = await fetch(url, { method, headers, body: body ? body.value : undefined });
        line.textContent = `${method} ${url}: ${answer.status} ${answer.statusText}`;
        line.className = answer.ok ? "good" : "bad";
        const raw = await answer.text();
        try { text.textContent = JSON.stringify(JSON.parse(raw), null, 2); } catch { text.textContent = raw; }
      } catch (error) {
        line.textContent = `${method} ${url}: no answer (${error.message})`;
        line.className = "bad";
      }
    };

    const show = (path, method, operation) => {
      const name = method.toUpperCase();
      const inside = make("div", { class: "inside" });
      if (operation.description) inside.append(make("p", {}, operation.description));
      (operation.parameters || []).forEach((parameter, index) =>
        inside.append(...field(parameter, `${operation.operationId}-${index}`)));
      let body = null;
      const wanted = operation.requestBody && operation.requestBody.content["application/json"];
      if (wanted) {
        const id = `${operation.operationId}-body`;
        body = make("textarea", { id, rows: "5", spellcheck: "false" });
        body.value = '{ "setting_key": "sync_interval", "setting_value": "12h" }';
        inside.append(make("label", { for: id }, "Body, JSON"), body);
      }
      const good = Object.entries(operation.responses).find(([status]) => status.startsWith("2"));
      const schema = good && good[1].content && Object.values(good[1].content)[0].schema;
      inside.append(fields(schema && schema.properties && schema.properties.data));
      const button = make("button", { type: "button" }, `Send ${name}`);
      const out = make("div", { "aria-live": "polite" });
      button.addEventListener("click", () => send(path, name, inside, body, out));
      inside.append(button, out);
      return make("details", {}, make("summary", {}, make("span", { class: "method" }, name), make("code", {}, path),
                  ` ${operation.summary || ""}`), inside);
    };

    fetch("/api/v1/openapi.json").then((answer) => answer.json()).then((document_) => {
      document.getElementById("about").textContent = document_.info.description;
      const main = document.getElementById("operations");
      const sections = [["Control and look", (path) => !path.includes("/tenants/{tenant}")],
                        ["Of one pipeline by its name", (path) => path.includes("/tenants/{tenant}")]];
      for (const [title, fits] of sections) {
        main.append(make("h2", {}, title));
        for (const [path, operations] of Object.entries(document_.paths)) {
          if (!fits(path)) continue;
          for (const [method, operation] of Object.entries(operations)) main.append(show(path, method, operation));
        }
      }
    }).catch((error) => {
      document.getElementById("about").textContent = `The document could not be read: ${error.message}`;
    });
    """
}
