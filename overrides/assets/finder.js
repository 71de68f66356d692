// The cases nearest to a reader's own. What each case is, the rows of the table of cases say: data-use, and for each kind of
// partner what it gave and got ("people method|compute"). The answers are kept in the address, behind #find?.
const form = document.querySelector("form.finder")
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

// What a reader lacks and their kind of partner got counts most; to have to give what one lacks speaks against a case.
function weigh(one, asks) {
  const flow = one.flows[asks.role]
  const wide = !asks.use || uses.indexOf(one.use) <= uses.indexOf(asks.use)
  const {gave, got} = flow || {gave: [], got: []}
  const score = 3 * both(asks.lacks, got).length + both(asks.has, gave).length - 2 * both(asks.lacks, gave).length
    + (wide ? 2 : 0) - (flow ? 0 : 4)
  const strange = gave.filter(thing => !asks.has.includes(thing)).length
  return {...one, flow, wide, gave, got, score, strange}
}

function nearest(asks) {
  return cases.map(one => weigh(one, asks))
    .sort((a, b) => b.score - a.score || a.strange - b.strange || a.order - b.order).slice(0, 3)
}

function reasons(one, asks) {
  const list = things => things.map(thing => words.goods[thing]).join(words.comma)
  const say = (sentence, things) => things.length
    ? [words[sentence].replace("{partner}", words.partner[asks.role]).replace("{goods}", list(things))] : []
  return [
    ...(one.flow ? [] : [words.other]),
    ...say("got", both(asks.lacks, one.got)),
    ...say("gave", both(asks.has, one.gave)),
    ...say("cost", both(asks.lacks, one.gave)),
    ...(one.flow ? say("missing", asks.lacks.filter(thing => !one.got.includes(thing))) : []),
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
