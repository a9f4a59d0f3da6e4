/// The one stylesheet. No fonts, images or rules from elsewhere; light and dark by the reader's own setting.
///
/// Contrast of every text colour on its ground is at least 4.5:1 (WCAG 2.2, 1.4.3); a test measures it.
public enum Stylesheet {
  public static let text = """
    :root { color-scheme: light dark;
      --ground: #f4f6f8; --surface: #ffffff; --raised: #eef2f6; --line: #d5dde5; --text: #15202b; --muted: #4d5c6b;
      --accent: #0a5c9c; --good: #11703c; --attention: #845000; --bad: #ad2018; --bar: #3f8fd0; --bar-bad: #cf4a40;
      --bar-attention: #c58a1c; --on-accent: #ffffff; }
    @media (prefers-color-scheme: dark) { :root {
      --ground: #0e141a; --surface: #161e27; --raised: #1e2832; --line: #2d3a47; --text: #e8eef4; --muted: #a3b3c2;
      --accent: #7abaf5; --good: #65d394; --attention: #f0bd62; --bad: #ff938a; --bar: #5ba3e0; --bar-bad: #f0695e;
      --bar-attention: #d9a441; --on-accent: #0e141a; } }
    * { box-sizing: border-box; }
    html { font: 100%/1.5 system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; }
    body { margin: 0; background: var(--ground); color: var(--text); font-variant-numeric: tabular-nums; }
    a { color: var(--accent); text-underline-offset: 0.15em; }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
    .skip { position: absolute; left: -999rem; }
    .skip:focus { left: 1rem; top: 0.5rem; background: var(--surface); padding: 0.5rem 1rem; z-index: 1; }
    .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    .page { max-width: 76rem; margin: 0 auto; padding: 0 1.25rem 3rem; }
    .top { background: var(--surface); border-bottom: 1px solid var(--line); }
    .top .page { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 1.5rem; padding-block: 0.75rem; }
    .brand { display: flex; align-items: center; gap: 0.6rem; font-weight: 650; font-size: 1.125rem; color: var(--text);
      text-decoration: none; }
    .brand svg { width: 1.75rem; height: 1.75rem; color: var(--accent); }
    .top nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; list-style: none; margin: 0; padding: 0; }
    .top nav a { display: inline-block; padding: 0.35rem 0; }
    .as-of { margin-left: auto; color: var(--muted); font-size: 0.875rem; display: flex; gap: 0.75rem; align-items: center; }
    button { font: inherit; color: var(--text); background: var(--raised); border: 1px solid var(--line);
      border-radius: 6px; padding: 0.25rem 0.75rem; min-height: 2rem; cursor: pointer; }
    h1 { font-size: 1.5rem; line-height: 1.25; margin: 1.75rem 0 1rem; }
    h2 { font-size: 1.125rem; margin: 0 0 0.75rem; }
    h3 { font-size: 1rem; margin: 0 0 0.5rem; }
    section { margin-top: 1.25rem; background: var(--surface); border: 1px solid var(--line); border-radius: 10px;
      padding: 1.1rem 1.25rem; }
    .muted, .empty { color: var(--muted); }
    .empty { margin: 0; }
    .health { display: grid; grid-template-columns: auto 1fr; gap: 0.25rem 1rem; align-items: center;
      border-left: 6px solid var(--level); }
    .health .mark { width: 2.5rem; height: 2.5rem; color: var(--level); grid-row: span 2; align-self: start; }
    .health h2 { margin: 0; font-size: 1.375rem; color: var(--level); }
    .health ul { margin: 0.25rem 0 0; padding-left: 1.1rem; }
    .good { --level: var(--good); } .attention { --level: var(--attention); } .bad { --level: var(--bad); }
    .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: 0.75rem; margin: 1.25rem 0 0;
      padding: 0; }
    .tiles > div { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: 0.8rem 1rem; }
    .tiles dt { color: var(--muted); font-size: 0.875rem; } .tiles dd { margin: 0; font-size: 1.375rem; font-weight: 600; }
    .tiles dd small { display: block; font-size: 0.8125rem; font-weight: 400; color: var(--muted); }
    .badge { display: inline-flex; align-items: center; gap: 0.4em; font-weight: 600; color: var(--level, var(--muted));
      white-space: nowrap; }
    .badge svg { width: 0.9em; height: 0.9em; flex: none; }
    table { border-collapse: collapse; width: 100%; font-size: 0.9375rem; }
    caption { text-align: left; color: var(--muted); font-size: 0.875rem; padding-bottom: 0.5rem; }
    th, td { text-align: left; padding: 0.5rem 0.75rem 0.5rem 0; border-top: 1px solid var(--line); vertical-align: top; }
    thead th { border-top: 0; color: var(--muted); font-weight: 600; font-size: 0.8125rem; white-space: nowrap; }
    tbody th { font-weight: 600; } th time { white-space: nowrap; } .number + td:not(.number) { padding-left: 0.75rem; }
    .number + th:not(.number) { padding-left: 0.75rem; }
    .number { text-align: right; } td.number { white-space: nowrap; } td:last-child, th:last-child { padding-right: 0; }
    code { font: 0.875em ui-monospace, "Liberation Mono", monospace; overflow-wrap: anywhere; }
    pre { overflow-x: auto; background: var(--raised); border-radius: 6px; padding: 0.75rem; margin: 0.75rem 0 0; }
    .wrap { overflow-wrap: anywhere; }
    .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); gap: 1.5rem 2rem; }
    figure { margin: 0; min-width: 0; }
    figcaption { font-weight: 600; margin-bottom: 0.5rem; } figcaption small { font-weight: 400; color: var(--muted); }
    .plot { display: grid; grid-template-columns: auto 1fr; grid-template-rows: 9rem auto; gap: 0.25rem 0.5rem;
      font-size: 0.8125rem; color: var(--muted); }
    .plot .y { display: flex; flex-direction: column; justify-content: space-between; text-align: right; line-height: 1;
      margin-block: -0.5em; }
    .plot svg { width: 100%; height: 100%; display: block; }
    .plot .x { grid-column: 2; display: flex; justify-content: space-between; gap: 1rem; }
    .plot .grid { stroke: var(--line); stroke-width: 1; vector-effect: non-scaling-stroke; }
    .plot .median { stroke: var(--text); stroke-width: 1.5; stroke-dasharray: 5 4; vector-effect: non-scaling-stroke; }
    .bar { fill: var(--bar); } .bar.failed { fill: var(--bar-bad); } .bar.missed { fill: var(--bar-attention); }
    .spark { width: 6.5rem; height: 1.6rem; display: block; }
    .spark polyline { fill: none; stroke: var(--bar); stroke-width: 2; vector-effect: non-scaling-stroke; }
    .legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; font-size: 0.8125rem; color: var(--muted); margin: 0.5rem 0 0;
      padding: 0; list-style: none; }
    .legend svg { width: 0.8em; height: 0.8em; }
    details { margin-top: 0.5rem; font-size: 0.875rem; } summary { cursor: pointer; color: var(--accent); padding: 0.25rem 0; }
    progress { width: 100%; height: 0.75rem; accent-color: var(--accent); }
    .live { display: grid; gap: 1rem; margin: 0; padding: 0; list-style: none; }
    .live p { margin: 0.25rem 0 0; color: var(--level); }
    .live .line { display: flex; flex-wrap: wrap; gap: 0 1rem; justify-content: space-between; }
    footer { color: var(--muted); font-size: 0.875rem; margin-top: 2rem; }
    @media (max-width: 44rem) {
      .page { padding-inline: 0.875rem; } section { padding: 0.9rem; } .as-of { margin-left: 0; width: 100%; }
      .tiles { grid-template-columns: 1fr 1fr; }
      thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
      table, tbody, tr, td, tbody th, caption { display: block; width: 100%; }
      tr { padding: 0.6rem 0; border-top: 1px solid var(--line); } tbody tr:first-child { border-top: 0; }
      th, td { border: 0; padding: 0.1rem 0; } .number { text-align: left; } td.number { white-space: normal; }
      td { display: grid; grid-template-columns: 8.5rem 1fr; gap: 0.5rem; }
      .number + td:not(.number) { padding-left: 0; }
      td::before { content: attr(data-label); color: var(--muted); }
      td > span { min-width: 0; overflow-wrap: anywhere; }
    }
    @media (prefers-reduced-motion: no-preference) { details[open] > *:not(summary) { animation: show 120ms ease-out; } }
    @keyframes show { from { opacity: 0; } }
    @media print { body { background: #ffffff; } section { break-inside: avoid; } button { display: none; } }
    """
}
