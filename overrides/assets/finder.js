// The cases nearest to a reader's own. What each case is, the rows of the table of cases say: data-use, and for each kind of
// partner what it gave and got ("people method|compute"). The answers are kept in the address, behind #find?.
for (const form of document.querySelectorAll("form.finder")) {
  const found = document.querySelector(".found")
  const words = JSON.parse(form.dataset.words)
  const uses = ["anyone", "conditions", "research", "partners"] // the widest first
  const partners = Object.keys(words.partner)
  const cases = [...document.querySelectorAll("tr[data-use]")].map((row, order) => ({
    order,
    link: row.querySelector("a"),
    use: row.dataset.use,
    flows: Object.fromEntries(partners.filter(who => who in row.dataset).map(who => {
      const [gave, got] = row.dataset[who].split("|").map(list => list.split(" ").filter(Boolean))
      return [who, {gave, got}]
    })),
  }))
  const both = (one, other) => one.filter(thing => other.includes(thing))

  // What makes a case near, the weightiest first: a partner of the reader's kind; a result as open as is needed; that partner got
  // what the reader lacks, and did not have to give it; the same users; it gave what the reader has; others brought what the
  // reader lacks; little else changed hands.
  function weigh(one, asks) {
    const flow = one.flows[asks.role]
    const {gave, got} = flow || {gave: [], got: []}
    const brought = Object.entries(one.flows).flatMap(([who, other]) => who === asks.role ? [] : other.gave)
    const distance = asks.use ? uses.indexOf(one.use) - uses.indexOf(asks.use) : 0
    const others = both(asks.lacks, brought).filter(thing => !got.includes(thing))
    const rest = [...gave.filter(thing => !asks.has.includes(thing)), ...got.filter(thing => !asks.lacks.includes(thing))]
    return {...one, flow, gave, got, others, wide: distance <= 0, rank: [
      flow ? 0 : 1, distance > 0 ? 1 : 0, -both(asks.lacks, got).length, both(asks.lacks, gave).length, Math.abs(distance),
      -both(asks.has, gave).length, -others.length, rest.length, one.order,
    ]}
  }

  function nearest(asks) {
    const first = (a, b) => a.rank.map((value, i) => value - b.rank[i]).find(Boolean) || 0
    return cases.map(one => weigh(one, asks)).sort(first).slice(0, 3)
  }

  function reasons(one, asks) {
    const list = things => things.map(thing => words.goods[thing]).join(words.comma)
    const say = (sentence, things) => things.length
      ? [words[sentence].replace("{partner}", words.partner[asks.role]).replace("{goods}", list(things))] : []
    return [
      ...(one.flow ? [] : [words.other]),
      ...say("got", both(asks.lacks, one.got)),
      ...say("brought", one.others),
      ...say("gave", both(asks.has, one.gave)),
      ...say("cost", both(asks.lacks, one.gave)),
      ...(one.flow ? say("missing", asks.lacks.filter(thing => ![...one.got, ...one.others].includes(thing))) : []),
      words[one.wide ? "result" : "narrower"].replace("{use}", words.use[one.use]),
    ]
  }

  function answers() {
    const data = new FormData(form)
    return {role: data.get("role"), has: data.getAll("has"), lacks: data.getAll("lacks"), use: data.get("use")}
  }

  function show() {
    const asks = answers()
    found.hidden = !asks.role
    for (const group of document.querySelectorAll("[data-lack]"))
      group.hidden = asks.lacks.length > 0 && ![...asks.lacks, "always"].includes(group.dataset.lack)
    if (!asks.role) return
    found.querySelector("ol").replaceChildren(...nearest(asks).map(one => {
      const item = document.createElement("li")
      const link = item.appendChild(document.createElement("a"))
      link.href = one.link.href
      link.textContent = one.link.textContent
      item.append(document.createElement("br"), reasons(one, asks).join(words.between))
      return item
    }))
  }

  function keep() {
    const kept = new URLSearchParams(new FormData(form)).toString()
    history.replaceState(history.state, "", kept ? `#find?${kept}` : "#find")
    show()
  }

  function restore() {
    form.reset()
    for (const [name, value] of new URLSearchParams(location.hash.split("?")[1] || ""))
      for (const input of form.querySelectorAll("input"))
        if (input.name === name && input.value === value) input.checked = true
    show()
  }

  form.addEventListener("input", keep)
  form.addEventListener("submit", event => event.preventDefault())
  found.querySelector("[data-print]").addEventListener("click", () => print())
  found.querySelector("[data-reset]").addEventListener("click", () => {
    form.reset()
    keep()
    form.querySelector("input").focus()
  })
  addEventListener("hashchange", () => location.hash.startsWith("#find") && restore())
  form.hidden = false
  if (location.hash.startsWith("#find?")) {
    restore()
    form.scrollIntoView()
  } else show()
}
