// Light or dark: as the system prefers, until the switch says otherwise. No module, so that it
// is done before anything is painted. On paper the page is light.
(() => {
  const KEY = "stockcast.theme";
  const root = document.documentElement;
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  const onPaper = matchMedia("print");
  let printing = false;

  function chosen() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  }

  let choice = chosen();

  function isDark() {
    return choice ? choice === "dark" : prefersDark.matches;
  }

  function apply() {
    const theme = isDark() && !printing && !onPaper.matches ? "dark" : "light";
    document.getElementById("theme")?.setAttribute("aria-pressed", String(isDark()));
    if (root.dataset.theme === theme) return;
    root.dataset.theme = theme;
    document.dispatchEvent(new Event("themechange"));
  }

  function print(starts) {
    printing = starts;
    apply();
  }

  prefersDark.addEventListener("change", apply);
  onPaper.addEventListener("change", apply);
  addEventListener("beforeprint", () => print(true));
  addEventListener("afterprint", () => print(false));
  document.addEventListener("DOMContentLoaded", () => {
    apply();
    document.getElementById("theme")?.addEventListener("click", () => {
      choice = isDark() ? "light" : "dark";
      try {
        localStorage.setItem(KEY, choice);
      } catch {
        // Where nothing may be stored, the choice lasts as long as the page.
      }
      apply();
    });
  });
  apply();
})();
