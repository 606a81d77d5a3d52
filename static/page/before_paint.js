// Sets what must not change after the first paint: the theme, and whether the form is folded.
// It is not a module, because modules run after the first paint. Printed pages are light.
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
    const button = document.getElementById("theme");
    if (button) button.textContent = `Use ${isDark() ? "light" : "dark"} theme`;
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
        // Without storage, the choice lasts as long as the page.
      }
      apply();
    });
  });
  apply();

  const asked = new URLSearchParams(location.search);
  if (asked.get("symbol") && !asked.get("view") && (asked.get("days") ?? "45") > 0) root.dataset.asked = "";
})();
