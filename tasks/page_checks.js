// What a task asks a page about itself, once it is open: names of functions are what they answer.

const all = selector => [...document.querySelectorAll(selector)];

// What sticks out of the window, but for what scrolls within a box of its own.
function outside() {
  const width = document.documentElement.clientWidth;
  const whole = document.documentElement.scrollWidth > width ? [`the page is ${document.documentElement.scrollWidth}`] : [];
  const parts = all("body *").filter(element => {
    const box = element.getBoundingClientRect(), within = element.closest(".scroll");
    return (!within || within === element) && (box.right > width + 1 || box.left < -1) && box.width > 1;
  });
  return [...whole, ...parts.map(described)].slice(0, 5);
}

function described(element) {
  return `${element.tagName}.${element.className} ${element.textContent.trim().slice(0, 30)}`;
}

// The contrast of each text and of each part of a chart with what is behind it, as WCAG 2.2 reckons it.
function contrasts() {
  const holdsText = element => [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const texts = all("body *").filter(element => element.offsetParent && holdsText(element));
  const text = element => [contrast(getComputedStyle(element).color, ground(element)), described(element)];
  const shape = element => [
    contrast(getComputedStyle(element).backgroundColor, ground(element.parentElement)), described(element),
  ];
  return { texts: texts.map(text), shapes: all(".fill, .mark").map(shape) };
}

function contrast(one, other) {
  const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function light(colour) {
  const linear = c => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const [r, g, b] = channels(colour).map(c => linear(c / 255));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function channels(colour) {
  return colour.match(/[\d.]+/g).map(Number);
}

function ground(element) {
  for (let each = element; each; each = each.parentElement) {
    const colour = getComputedStyle(each).backgroundColor;
    if ((channels(colour)[3] ?? 1) > 0.99) return colour;
  }
  return "rgb(255, 255, 255)";
}

// How the page is built for those who hear it; each key under `wrong` wants to be empty.
function build() {
  const headings = all("h1, h2, h3, h4, h5, h6"), ids = all("[id]").map(each => each.id);
  const words = element => element?.textContent.trim();
  const isNamed = region => region.ariaLabel || words(document.getElementById(region.getAttribute("aria-labelledby")));
  const isDrawn = row => row.querySelector(".fill");
  return {
    lang: document.documentElement.lang,
    title: document.title,
    mains: all("main").length,
    levels: headings.map(each => Number(each.tagName[1])),
    wrong: {
      "empty headings": headings.filter(each => !words(each)).map(described),
      "ids that are there twice": ids.filter((each, place) => ids.indexOf(each) !== place),
      "links to nowhere": all("a").filter(each => !document.getElementById(each.hash.slice(1))).map(described),
      "table heads without scope": all("th").filter(each => !each.scope).map(described),
      "tables without a name": all("table").filter(each => !each.caption && !each.closest("[role=region]")).map(described),
      "tables without heads": all("table").filter(each => !each.querySelector("thead th")).map(described),
      "regions without a name": all("[role=region]").filter(each => !isNamed(each)).map(described),
      "what scrolls out of a keyboard's reach": all(".scroll").filter(each => each.tabIndex !== 0).map(described),
      "bars without words": all(".chart tr").filter(row => isDrawn(row) && ![0, 2].every(n => words(row.cells[n]))).map(described),
      "bars that are told twice": all(".track").filter(each => each.ariaHidden !== "true").map(described),
      "what could load or run": all("script, img, picture, iframe, object, embed, link, form").map(described),
      "harm done": window.harmed ? ["a script ran"] : [],
    },
  };
}

// The cells of every table that is no chart, with the part of the page in which it stands.
function tables() {
  const words = text => text.replace(/\s+/g, " ").trim();
  return all("main table:not(.chart)").map(table => ({
    place: table.closest("section").getAttribute("aria-labelledby"),
    heads: [...table.querySelectorAll("thead th")].map(each => words(each.textContent)),
    rows: [...table.querySelectorAll("tbody tr:not(.group)")].map(row => [...row.cells].map(each => words(each.textContent))),
  }));
}

// Every bar as it is drawn: where it begins and how long it is, in parts of its track.
function charts() {
  return all("table.chart").map(chart => ({
    title: chart.caption.textContent,
    bars: [...chart.querySelectorAll("tr")].filter(row => row.querySelector(".fill")).map(drawn),
  }));
}

function drawn(row) {
  const fill = row.querySelector(".fill"), mark = row.querySelector(".mark");
  const track = row.querySelector(".track").getBoundingClientRect(), box = fill.getBoundingClientRect();
  const part = pixels => (pixels - track.left) / track.width;
  const middle = ({ left, width }) => left + width / 2;
  return {
    name: row.cells[0].textContent,
    number: row.cells[2].firstChild.data.trim(),
    words: row.cells[2].textContent.trim(),
    left: part(box.left),
    width: box.width / track.width,
    pixels: box.width,
    height: box.height,
    mark: mark && part(middle(mark.getBoundingClientRect())),
    bad: fill.matches(".incomplete, .unfinished"),
  };
}
