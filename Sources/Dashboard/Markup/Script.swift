/// The little script of the dashboard: brings the page up to date every five seconds, and stops when asked, when the page is
/// hidden, or while somebody is in the middle of it. Without it the page is whole; it is only not renewed.
public enum Script {
  public static let text = """
    "use strict";
    (() => {
      const button = document.getElementById("pause");
      const news = document.getElementById("news");
      if (!button || !news) return;
      let paused = false;
      let level = document.body.dataset.level;
      const label = () => { button.textContent = paused ? "Resume updates" : "Pause updates"; };
      button.hidden = false;
      button.addEventListener("click", () => { paused = !paused; label(); });
      label();
      const renew = async () => {
        const main = document.querySelector("main");
        const inUse = main.contains(document.activeElement) || String(getSelection()) !== "";
        if (paused || document.hidden || inUse) return;
        try {
          const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
          if (!answer.ok) throw new Error(String(answer.status));
          const page = new DOMParser().parseFromString(await answer.text(), "text/html");
          const open = [...main.querySelectorAll("details[open]")].map((d) => d.id);
          main.replaceChildren(...page.querySelector("main").childNodes);
          for (const id of open) { const d = id && document.getElementById(id); if (d) d.open = true; }
          document.getElementById("as-of").replaceChildren(...page.getElementById("as-of").childNodes);
          document.title = page.title;
          if (page.body.dataset.level !== level) {
            level = page.body.dataset.level;
            news.textContent = document.querySelector(".health h2").textContent;
          }
        } catch (error) { document.getElementById("as-of").textContent = "not renewed: the service does not answer"; }
      };
      setInterval(renew, 5000);
    })();
    """
}
