(() => {
  const form = document.getElementById("filters");
  if (!form) return;
  const cases = [...document.querySelectorAll(".case")];
  const texts = cases.map((each) => each.textContent.toLowerCase());
  const shown = document.getElementById("shown");
  const none = document.getElementById("none");

  const apply = () => {
    const asked = new FormData(form);
    const words = asked.get("search").toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    cases.forEach((each, place) => {
      const fits =
        (!asked.get("type") || each.dataset.type === asked.get("type")) &&
        (!asked.get("ending") || each.dataset.ending === asked.get("ending")) &&
        (!asked.get("changed") || "changed" in each.dataset) &&
        words.every((word) => texts[place].includes(word));
      each.hidden = !fits;
      count += fits;
    });
    shown.textContent = `${count} of ${cases.length}`;
    none.hidden = count > 0;
  };

  const reveal = () => {
    const found = /^#case-\d+$/.test(location.hash) && document.querySelector(location.hash);
    if (!found) return;
    found.hidden = false;
    found.open = true;
    found.scrollIntoView();
  };

  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));
  addEventListener("hashchange", reveal);
  apply();
  reveal();
})();
