// The pages about e-petitions in the other languages, on the tour past them.
import { find, go, put, send, toVote } from "./petitions.mjs";

export const languages = { "sv-x-lattlast": "Lättläst", en: "English" };

// inOtherLanguages keeps the public pages in plain Swedish and in English.
export async function inOtherLanguages(town, reader, proposer, voter) {
  for (const [lang, name] of Object.entries(languages)) {
    for (const who of [proposer, voter]) await who.speak(lang);
    const { page, keep, see } = proposer;
    await see(`petitions, ${name}`, "/forslag");
    await see(`petitions, rejected, ${name}`, "/forslag?status=avvisade");
    await find(page, town.ekbacka + "/forslag", "Längre öppettider");
    await keep(`petition, open, ${name}`);
    await see(`audit files, ${name}`, page.url() + "/kontroll");
    await find(page, town.havsnas + "/forslag", "Rusta upp bryggan");
    await keep(`petition, with districts, ${name}`);
    await find(page, town.ekbacka + "/forslag?status=alla", "Bygg en gång");
    await keep(`petition, closed, ${name}`);
    await see(`state of the service, ${name}`, "/status");
    await see(`open data, ${name}`, "/oppna-data");
    await see(`propose, ${name}`, "/lamna-forslag");
    await send(page, "/granska");
    await keep(`propose, with faults, ${name}`);
    await put(page, { rubrik: "Längre öppettider på biblioteket", vad: "Ha biblioteket öppet.", tid: "0-60" });
    await send(page, "/granska");
    await keep(`propose, preview, ${name}`);
    await send(page, "/skicka");
    await keep(`propose, received, ${name}`);
    await go(page, "/mitt-forslag/");
    await keep(`own proposal, ${name}`);
    await see(`a forged link, ${name}`, "/sluta-folja/hittadenlankenpaenlapp");
    await toVote(town, voter, await find(voter.page, town.ekbacka + "/forslag", "Längre öppettider"), "Farid");
    await voter.keep(`vote, ${name}`);
    await send(voter.page, "/rosta");
    await voter.keep(`voted, ${name}`);
  }
}
