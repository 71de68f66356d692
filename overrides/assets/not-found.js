// The host knows one 404 page, the English one. Below the folder of another language, that language's own page takes its
// place, at the same address. The page's other scripts wait in a template until it is settled which page this is.
const below = [...document.querySelectorAll(".not-found")]
  .filter(({ dataset }) => location.pathname.startsWith(dataset.home))
  .sort((one, other) => other.dataset.home.length - one.dataset.home.length)[0]

async function settle() {
  if (!below || below.lang === document.documentElement.lang) return
  const answer = await fetch(`${below.dataset.home}404.html`)
  if (!answer.ok) return
  const page = new DOMParser().parseFromString(await answer.text(), "text/html")
  for (const { name, value } of document.body.attributes) page.body.setAttribute(name, value) // light or dark
  page.querySelector(".scheme-switch").ariaPressed = document.querySelector(".scheme-switch").ariaPressed
  document.documentElement.lang = page.documentElement.lang
  document.title = page.title
  document.body.replaceWith(page.body)
}

settle().finally(() => {
  for (const { src } of document.getElementById("scripts").content.querySelectorAll("script")) {
    const script = document.createElement("script")
    script.src = src
    script.async = false // in their order
    document.body.append(script)
  }
})
