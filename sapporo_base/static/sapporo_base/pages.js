// The staff's pages: palette, hidden numbers, dates said back, rows by keyboard. Works without any other host.
(() => {
  "use strict";

  // The theme searches with "/" from anywhere; here "/" opens the palette, unless it is switched off.
  const slashKey = "sapporo.slash-off";
  const palette = document.getElementById("sb-palette");

  const openPalette = () => {
    if (!palette || palette.open) return;
    palette.showModal();
    palette.querySelector("input[type=search]").focus();
  };

  if (palette) {
    const term = palette.querySelector("input[type=search]");
    const results = document.getElementById("sb-palette-results");
    const off = palette.querySelector("[data-slash-off]");
    let waiting = 0;

    off.checked = localStorage.getItem(slashKey) === "1";
    off.addEventListener("change", () => localStorage.setItem(slashKey, off.checked ? "1" : "0"));
    palette.querySelector("[data-close-palette]").addEventListener("click", () => palette.close());
    document.querySelectorAll("[data-open-palette]").forEach((button) => {
      button.addEventListener("click", openPalette);
    });

    const search = async () => {
      if (!term.value.trim()) {
        results.replaceChildren();
        return;
      }
      const answer = await fetch(`${term.dataset.search}?s=${encodeURIComponent(term.value)}`, {
        credentials: "same-origin",
      });
      if (answer.ok) results.innerHTML = await answer.text();
    };
    term.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(search, 200);
    });
    palette.addEventListener("keydown", async (event) => {
      const links = [...results.querySelectorAll("a")];
      const at = links.indexOf(document.activeElement);
      if (event.key === "ArrowDown" && links.length) {
        event.preventDefault();
        links[Math.min(at + 1, links.length - 1)].focus();
      } else if (event.key === "ArrowUp" && links.length) {
        event.preventDefault();
        (at > 0 ? links[at - 1] : term).focus();
      } else if (event.key === "Enter" && document.activeElement === term) {
        event.preventDefault();
        clearTimeout(waiting);
        await search();
        results.querySelector("a")?.click();
      }
    });
  }

  document.addEventListener(
    "keydown",
    (event) => {
      const inField = event.target.closest?.("input, textarea, select, [contenteditable], dialog");
      const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey;
      const chord = event.key === "k" && (event.ctrlKey || event.metaKey);
      if (chord || (slash && !inField && localStorage.getItem(slashKey) !== "1")) {
        event.preventDefault();
        event.stopImmediatePropagation();
        openPalette();
      }
    },
    true,
  );

  // Rows as cards on a narrow page: the theme takes any first column for the one that selects rows.
  document.querySelectorAll("#result_list tbody td:first-child[data-label]").forEach((cell) => {
    const heading = cell.closest("table").querySelector("thead th");
    if (heading && !cell.querySelector("input")) cell.dataset.label = heading.innerText.trim();
  });

  // A 個人番号 hides itself again.
  document.querySelectorAll("[data-hide-after]").forEach((block) => {
    const counter = block.querySelector("[data-countdown]");
    let left = Number(block.dataset.hideAfter);
    const hide = () => {
      block.querySelector("[data-number]")?.remove();
      location.replace(block.dataset.back);
    };
    setInterval(() => {
      left -= 1;
      counter.textContent = String(Math.max(left, 0));
      if (left <= 0) hide();
    }, 1000);
    window.addEventListener("pagehide", () => block.querySelector("[data-number]")?.remove());
  });

  // Dates: what was typed is said back in the other calendar.
  const eras = [
    ["令和", "r", 2018], ["平成", "h", 1988], ["昭和", "s", 1925], ["大正", "t", 1911], ["明治", "m", 1867],
  ];
  const understood = (typed) => {
    const text = typed.normalize("NFKC").replace(/\s|\(.\)$/g, "").replace(/元年/, "1年");
    let found = text.match(/^(\d{4})[./年-](\d{1,2})[./月-](\d{1,2})日?$/) || text.match(/^(\d{4})(\d{2})(\d{2})$/);
    if (found) return [Number(found[1]), Number(found[2]), Number(found[3])];
    found = text.match(/^(令和?|平成?|昭和?|大正?|明治?|[rhstm])(\d{1,2})[./年-](\d{1,2})[./月-](\d{1,2})日?$/i);
    const era = found && eras.find(([name, letter]) => name[0] === found[1][0] || letter === found[1].toLowerCase());
    return era ? [era[2] + Number(found[2]), Number(found[3]), Number(found[4])] : null;
  };
  document.querySelectorAll("[data-wareki-for]").forEach((place) => {
    const box = document.getElementById(place.dataset.warekiFor);
    if (!box) return;
    const say = () => {
      const day = understood(box.value.trim());
      const date = day && new Date(Date.UTC(day[0], day[1] - 1, day[2]));
      if (!date || date.getUTCDate() !== day[2]) {
        place.textContent = box.value.trim() ? "日付として読み取れません" : "";
        return;
      }
      const weekday = "日月火水木金土"[date.getUTCDay()];
      place.textContent = `西暦${day[0]}年${day[1]}月${day[2]}日(${weekday})`;
    };
    box.addEventListener("input", say);
    say();
  });

  // A 個人番号 typed into the search of a list would stand in its address: it is not sent.
  const isIndividualNumber = (typed) => {
    const digits = typed.normalize("NFKC").replace(/[\s-]/g, "");
    if (!/^\d{12}$/.test(digits)) return false;
    const sum = [...digits.slice(0, 11)].reduce((all, one, at) => all + Number(one) * (at < 5 ? 6 - at : 12 - at), 0);
    return (sum % 11 <= 1 ? 0 : 11 - (sum % 11)) === Number(digits[11]);
  };
  document.querySelectorAll("form[role=search][method=get]").forEach((form) => {
    const box = form.querySelector("input[type=search]");
    box?.addEventListener("input", () => {
      const words = "個人番号では検索できません。氏名・宛名番号などで検索してください。";
      box.setCustomValidity(isIndividualNumber(box.value) ? words : "");
    });
  });

  // A menu of acts opens to where there is room, and closes by Escape and by going elsewhere.
  document.querySelectorAll(".sb-menu").forEach((menu) => {
    menu.addEventListener("toggle", () => {
      const room = document.documentElement.clientWidth - menu.getBoundingClientRect().left;
      menu.classList.toggle("sb-leftwards", menu.querySelector("ul").offsetWidth > room);
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
    document.addEventListener("click", (event) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    menu.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
    });
  });

  // The theme wants a box of its own beside each file that is chosen, and fails where there is none.
  document.querySelectorAll("input[type=file]").forEach((input) => {
    input.hasChangeListener = true;
  });

  // The first error of a form gets the focus, so that a keyboard or a screen reader is there at once.
  document.querySelector(".sb-errors[tabindex]")?.focus();

  // Work that the page waits for: sent once, and how far it is told until the answer comes.
  document.querySelectorAll("form[data-progress]").forEach((form) => {
    const words = form.querySelector("[role=status]");
    let asking = 0;
    form.addEventListener("submit", () => {
      form.querySelector("button[type=submit]").disabled = true;
      words.hidden = false;
      words.textContent = "ファイルを送信しています";
      asking = setInterval(async () => {
        const answer = await fetch(form.dataset.progress, { credentials: "same-origin" }).catch(() => null);
        if (answer?.ok) words.textContent = await answer.text();
      }, 2000);
    });
    // Who comes back by the browser's way finds the form as it was.
    window.addEventListener("pageshow", () => {
      clearInterval(asking);
      form.querySelector("button[type=submit]").disabled = false;
      words.hidden = true;
    });
  });

  // How far long work is: told again every few seconds; when it is over the page shows how it ended.
  document.querySelectorAll("[data-follow]").forEach((words) => {
    const ask = async () => {
      let answer;
      try {
        answer = await fetch(words.dataset.follow, { credentials: "same-origin" });
      } catch {
        setTimeout(ask, 10000);
        return;
      }
      if (answer.status === 204) {
        location.reload();
        return;
      }
      if (!answer.ok) return;
      words.textContent = await answer.text();
      setTimeout(ask, 3000);
    };
    setTimeout(ask, 2000);
  });
})();
