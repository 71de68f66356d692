// The search. There is no index: it looks through the titles, names and texts that the build wrote (hooks/publish/search.py).
// partials/search.html loads it when a reader begins to search, or comes from a result.
{
  "use strict"
  const dialog = document.getElementById("search")
  const input = dialog.querySelector("input"), list = dialog.querySelector("ol")
  const status = dialog.querySelector("output"), words = JSON.parse(dialog.dataset.words)
  const SHOWN = 30, OF_ONE_PAGE = 3, TEASER = 150 // results; letters
  const WEIGHTS = { page: 1.25, lab: 1.25, term: 1.2, correction: 0.9, case: 0.9, exercises: 0.4 }

  // ---- Words: the same rules for a text and for a query

  const dense = "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}ー々"
  const DENSE = new RegExp(`[${dense}]`, "u") // scripts that set no blanks between words
  const BORDER = new RegExp(`(?<=[${dense}])(?=[^${dense}])|(?<=[^${dense}])(?=[${dense}])`, "gu")
  const HYPHENATED = /[\p{L}\p{N}]+(?:[-_‐‑][\p{L}\p{N}]+)+/gu

  // One form for what a reader takes for the same: width, case, accents, -ise and -ize.
  const folded = text => text.normalize("NFKC").toLowerCase().normalize("NFD")
    .replace(/(?<=\p{Script=Latin})\p{M}+/gu, "").normalize("NFC").replaceAll("z", "s")
  // Words with one blank around each; `hyphened` says what becomes of one with a hyphen.
  const apart = (text, hyphened) => ` ${folded(text).replace(HYPHENATED, hyphened)
    .replace(/[^\p{L}\p{N}\p{M}\0]+/gu, " ").replace(BORDER, " ")} `.replace(/ +/g, " ")
  const HYPHEN = /[-_‐‑]/g
  const spaced = text => apart(text, word => `${word} ${word.replace(HYPHEN, "")}`) // its parts, and it as a whole
  const stem = word => word.length < 5 || DENSE.test(word) ? word
    : word.replace(/(?:ies|ing|ion|ed|es|(?<!s)s|e|y)$/, "")

  const count = (text, part) => {
    let found = 0
    for (let at = text.indexOf(part); at >= 0 && found < 9; at = text.indexOf(part, at + part.length)) found++
    return found
  }
  // How often a text has a word: 1 for each whole one, less for each that only begins so.
  const times = (text, word) => {
    if (DENSE.test(word)) return count(text, word)
    const root = stem(word), whole = count(text, ` ${word} `) + (root === word ? 0 : count(text, ` ${root} `))
    return whole + (root.length > 2 ? 0.6 * (count(text, ` ${root}`) - whole) : 0)
  }

  // ---- What is looked through

  let composing = false, places = [], known = new Set(), named = "", complete = false
  const occurs = word => DENSE.test(word) || word.length > 2
    ? places.some(place => times(place.all, word)) : known.has(word)

  function take({ titles, texts }) {
    places = titles.places.map(([page, kind, anchor, title, names], n) => ({
      page, kind, anchor, title, address: titles.pages[page], text: texts?.[n] ?? "",
      names: names.split("\n").map(spaced), head: spaced(title), body: spaced(texts?.[n] ?? ""),
    }))
    const heads = new Map(places.filter(place => place.kind !== "term" && place.kind !== "section")
      .map(place => [place.page, place]).reverse())
    for (const place of places) {
      place.owner = heads.get(place.page)
      place.all = place.head + place.names.join("") + place.body
    }
    known = new Set(places.flatMap(place => place.all.split(" ")))
    named = places.map(place => place.head + place.names.join("")).join("")
    complete = Boolean(texts)
  }

  // ---- What a query asks for: terms, each with its ways to be said, each way a list of words

  const ignored = new RegExp(words.ignored.map(word => folded(word)).join("|") || "^$", "gu")
  const plain = new Set(words.ignored.map(folded))

  function asked(query) {
    const parts = apart(query, word => word.replace(HYPHEN, "\0")).split(" ").filter(Boolean)
    const kept = parts.filter(part => !plain.has(part))
    const found = (kept.length ? kept : parts).flatMap(part => {
      if (DENSE.test(part)) return cut(part).map(word => [[word]])
      const pieces = part.split("\0")
      return [[[pieces.join("")], ...(pieces.length > 1 ? [pieces] : [])]]
    })
    for (let n = found.length - 2; n >= 0; n--) { // over fitting, 过 拟合
      const joined = found[n][0].join("") + found[n + 1][0].join("")
      if (places.some(place => place.all.includes(DENSE.test(joined) ? joined : ` ${joined}`)))
        found.splice(n, 2, [[joined], [...found[n][0], ...found[n + 1][0]]])
    }
    return found.map(ways => ways.some(way => way.every(occurs)) ? ways : [...ways, ...ways[0].flatMap(nearest)])
  }

  // The words of a run of letters without blanks. Where no title and no name has it, they are its longest parts that stand
  // in one; what is left between these counts where any text has it.
  function cut(run) {
    if (named.includes(run)) return [run]
    const parts = run.replace(ignored, " ").split(" ").flatMap(part => split(part, piece => named.includes(piece)))
    const found = parts.flatMap(part => split(part, occurs)).filter(part => part.length > 1 && occurs(part))
    return found.length ? found : [run]
  }

  // Cuts at the longest pieces of two letters or more that are words; what stands between them stays as it is.
  function split(run, isWord) {
    const found = []
    let between = ""
    for (let rest = run; rest;) {
      let length = rest.length
      while (length > 1 && !isWord(rest.slice(0, length))) length--
      if (length > 1) {
        found.push(between, rest.slice(0, length))
        between = ""
      } else between += rest[0]
      rest = rest.slice(length)
    }
    return [...found, between].filter(Boolean)
  }

  // Words that differ from a misspelt one by a letter or, where it is long, by two.
  function nearest(word) {
    if (word.length < 4 || DENSE.test(word)) return []
    const most = word.length < 8 ? 1 : 2
    const close = [...known].map(other => [distance(word, other, most), other]).filter(([far]) => far <= most)
    const least = Math.min(...close.map(([far]) => far))
    return close.filter(([far]) => far === least).slice(0, 4).map(([, other]) => [other])
  }

  // Letters to change, add, leave out or swap (Damerau and Levenshtein); more than `most` counts as most + 1.
  function distance(a, b, most) {
    if (Math.abs(a.length - b.length) > most) return most + 1
    const rows = [[...Array(b.length + 1).keys()]]
    for (let i = 1; i <= a.length; i++) {
      const row = [i]
      for (let j = 1; j <= b.length; j++) {
        row[j] = Math.min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (a[i - 1] !== b[j - 1]))
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], rows[i - 2][j - 2] + 1)
      }
      if (Math.min(...row) > most) return most + 1
      rows.push(row)
    }
    return rows[a.length][b.length]
  }

  // ---- Which places answer best

  // How well a place answers one way to say a term: by its title and names, the more the less else they say; by those of
  // its page; and by its text, the more often, and the shorter it is, the better. 0 where a word is missing.
  function worth(place, way) {
    const length = way.join(" ").length
    const called = (name, word) => Math.min(1, times(name, word)) && 4 + 5 * Math.min(1, length / (name.length - 2))
    let sum = 0
    for (const word of way) {
      const own = Math.max(called(place.head, word), ...place.names.map(name => 0.9 * called(name, word)))
      const page = place === place.owner ? 0 : Math.max(called(place.owner.head, word), ...place.owner.names.map(name => called(name, word)))
      const often = times(place.body, word)
      if (!own && !page && !often) return 0
      sum += own + 0.2 * page + 3 * often / (often + 1 + place.body.length / 1000)
    }
    return sum / way.length
  }

  function search(query) {
    const terms = asked(query), phrase = spaced(query).trim()
    const table = terms.map(ways => places.map(place => Math.max(...ways.map((way, n) => worth(place, way) * (n ? 0.6 : 1)))))
    const says = place => terms.flat(2).some(word => times(place.all, word)) // itself, not only its page
    const rare = table.map(row => Math.log(1 + places.length / (1 + row.filter(Boolean).length)))
    const all = rare.reduce((sum, each) => sum + each, 0)
    const scored = places.map((place, n) => {
      const hits = terms.map((_, t) => table[t][n] && rare[t])
      const share = hits.reduce((sum, each) => sum + each, 0) / all
      const value = terms.reduce((sum, _, t) => sum + rare[t] * table[t][n], 0) * share ** 3
      const exact = terms.length > 1 && place.all.includes(phrase) ? (place.head.includes(phrase) ? 1.6 : 1.2) : 1
      const weight = (WEIGHTS[place.anchor] ?? WEIGHTS[place.kind] ?? 1) * (place.owner.kind === "program" ? 0.5 : 1)
      return { place, score: value * exact * weight }
    }).filter(({ place, score }) => score > 0 && says(place)).sort((a, b) => b.score - a.score)
    const seen = new Map(), first = [], later = []
    for (const { place } of scored) {
      const before = seen.get(place.page) ?? 0
      seen.set(place.page, before + 1);
      (before < OF_ONE_PAGE ? first : later).push(place)
    }
    const said = terms.flatMap(ways => ways[0].every(occurs) ? ways[0] : ways.flat())
    return { found: [...first, ...later], said }
  }

  // ---- What is shown

  // Finds the words in a text as it stands there.
  function pattern(said) {
    const letter = char => char === "s" ? "[sz]" : /[\p{L}\p{N}]/u.test(char) ? char : `\\${char}`
    const each = [...new Set(said)].sort((a, b) => b.length - a.length).map(word => DENSE.test(word)
      ? [...word].map(letter).join("\\s?")
      : `(?<![\\p{L}\\p{N}])${[...stem(word)].map(letter).join("[-_‐‑]?")}[\\p{L}\\p{N}]*`)
    return new RegExp(each.join("|"), "giu")
  }

  function marked(text, find) {
    const parts = []
    let end = 0
    for (const { 0: hit, index } of text.matchAll(find)) {
      if (!hit) continue
      const mark = document.createElement("mark")
      mark.textContent = hit
      parts.push(text.slice(end, index), mark)
      end = index + hit.length
    }
    return [...parts, text.slice(end)]
  }

  // The stretch of a text that has most of the words.
  function stretch(text, find) {
    const hits = [...text.matchAll(find)].filter(([hit]) => hit).slice(0, 200)
    let best = 0, most = 0
    for (const { index } of hits) {
      const near = new Set(hits.filter(other => other.index >= index && other.index < index + TEASER).map(([hit]) => hit.toLowerCase()))
      if (near.size > most) [best, most] = [index, near.size]
    }
    const early = Math.max(0, best - 40), start = early && text.lastIndexOf(" ", early) > early - 12 ? text.lastIndexOf(" ", early) + 1 : early
    return (start ? "… " : "") + text.slice(start, start + TEASER + 60)
  }

  const element = (name, kind, ...inside) => {
    const made = document.createElement(name)
    if (kind) made.className = kind
    made.append(...inside)
    return made
  }

  function address(place, said) {
    const file = location.protocol === "file:" ? "index.html" : "" // no server finds it
    const found = new URL(dialog.dataset.root + place.address + file, location)
    found.searchParams.set("h", [...new Set(said)].join(" "))
    found.hash = place === place.owner ? "" : place.anchor
    return found.href
  }

  function show() {
    const query = input.value
    if (composing) return
    if (!query.trim()) {
      list.replaceChildren()
      status.value = places.length ? "" : words.loading
      return
    }
    if (!places.length) return
    const { found, said } = search(query), find = pattern(said)
    const links = () => [...list.querySelectorAll("a")]
    const held = links().indexOf(document.activeElement), { href } = links()[held] ?? {}
    list.replaceChildren(...found.slice(0, SHOWN).map(place => {
      const link = element("a", "", element("span", "kind", words.kinds[place.kind]),
        element("strong", "", ...marked(place.title, find)))
      if (place !== place.owner) link.append(element("span", "where", place.owner.title))
      link.append(element("span", "teaser", ...marked(stretch(place.text, find), find)))
      link.href = address(place, said)
      return element("li", "", link)
    }))
    // The texts have come while the reader went through the titles.
    if (held >= 0) (links().find(link => link.href === href) ?? links()[held] ?? input).focus()
    const told = found.length === 1 ? words.one : found.length ? words.other : complete ? words.none : ""
    status.value = told.replace("#", found.length) + (complete ? "" : ` ${words.loading}`)
  }

  // ---- What a reader does

  function move(step) {
    const stops = [input, ...list.querySelectorAll("a")]
    stops.at((stops.indexOf(document.activeElement) + step) % stops.length).focus()
  }
  let typed
  dialog.addEventListener("input", event => {
    clearTimeout(typed)
    composing = event.isComposing // by an input method: no word yet
    typed = setTimeout(show, 40)
    load() // again, where it could not be loaded
  })
  input.addEventListener("compositionend", () => { composing = false; show() })
  dialog.addEventListener("keydown", event => {
    if (event.isComposing) return
    if (event.key === "ArrowDown") move(1)
    else if (event.key === "ArrowUp") move(-1)
    else if (event.key === "Enter" && event.target === input) { clearTimeout(typed); show(); list.querySelector("a")?.click() }
    else return
    event.preventDefault()
  })
  list.addEventListener("click", event => { if (event.target.closest("a")) dialog.close() })

  // ---- The words on the page that a result led to

  function mark() {
    const here = new URL(location), found = here.searchParams.get("h")
    if (!found) return
    here.searchParams.delete("h") // whoever copies the address copies that of the page
    history.replaceState(history.state, "", here)
    if (!self.Highlight) return
    const find = pattern(found.split(" ").filter(Boolean)), ranges = []
    const walk = document.createTreeWalker(document.querySelector("article"), NodeFilter.SHOW_TEXT)
    while (walk.nextNode()) {
      const node = walk.currentNode
      if (node.parentElement.closest("script, style, svg, .headerlink")) continue
      for (const { 0: hit, index } of node.data.matchAll(find)) {
        const range = new Range()
        range.setStart(node, index)
        range.setEnd(node, index + hit.length)
        if (hit) ranges.push(range)
      }
    }
    if (!ranges.length) return
    CSS.highlights.set("found", new Highlight(...ranges))
    const button = element("button", "unmark", words.unmark)
    const unmark = () => { CSS.highlights.delete("found"); button.remove() }
    button.type = "button"
    button.addEventListener("click", unmark)
    document.addEventListener("keydown", event => { if (event.key === "Escape" && !dialog.open) unmark() })
    document.body.append(button)
  }

  // ---- Loading: scripts, since a page that is a file may load those

  const data = part => new Promise((done, failed) => {
    const script = element("script")
    script.src = `${dialog.dataset.root}search/${part}.js`
    script.onload = () => done(self.searched)
    script.onerror = () => { script.remove(); failed(new Error(part)) }
    document.head.append(script)
  })
  let loading
  const load = () => loading ??= data("titles").then(found => { take(found); show(); return data("texts") })
    .then(found => { take(found); show() })
    .catch(() => { loading = undefined; status.value = words.failed })

  dialog.addEventListener("search", () => { show(); load() }) // it has been opened
  // This script may come before the text of its page does.
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", mark)
  else mark()
  if (dialog.open) dialog.dispatchEvent(new Event("search"))
}
