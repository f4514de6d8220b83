import { gzipSync } from "node:zlib";
import { encoded } from "../hostile-forms.ts";
import type { Case } from "../hostile-requests.ts";
import type { Person } from "../people.ts";
import { forms } from "./forms.ts";

const urlencoded = "application/x-www-form-urlencoded";

/** Bodies that hold the form in another shape, or are damaged. @param form a valid one */
function badBodies(
  form: string,
): [badness: string, type: string, body: string | Buffer, encoding?: string][] {
  const fields = [...new URLSearchParams(form)];
  const parts = fields.map(
    ([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const file = '--b\r\nContent-Disposition: form-data; name="task"; filename="a.html"\r\n\r\n<b>\r\n';
  const json = JSON.stringify(Object.fromEntries(fields));
  return [
    ["JSON", "application/json", json],
    ["JSON that is called a form", urlencoded, json],
    ["multipart", "multipart/form-data; boundary=b", `${parts.join("")}--b--\r\n`],
    ["multipart with a file", "multipart/form-data; boundary=b", `${parts.join("")}${file}--b--\r\n`],
    ["multipart without an end", "multipart/form-data; boundary=b", parts.join("")],
    ["multipart without a boundary", "multipart/form-data", parts.join("")],
    ["plain text", "text/plain", form],
    ["XML", "application/xml", "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"],
    ["bytes", "application/octet-stream", Buffer.from(form)],
    ["no type", "", form],
    ["an odd type", "application/x-www-form-urlencoded-not", form],
    ["UTF-16", `${urlencoded}; charset=utf-16`, Buffer.from(form, "utf16le")],
    ["compressed", urlencoded, gzipSync(form), "gzip"],
    ["semicolons", urlencoded, `a;${form.replaceAll("&", ";")}`],
    ["nothing", urlencoded, ""],
    ["nothing but separators", urlencoded, "&&&&=&=&"],
    ["bytes that are not text", urlencoded, Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
    ["9,000 fields", urlencoded, Array.from({ length: 9_000 }, (_, index) => `n${index}=`).join("&")],
    ["30,000 times a field", urlencoded, "a&".repeat(30_000)],
    ["fields in fields", urlencoded, `a${"[a]".repeat(10_000)}=1`],
    ["64 KiB", urlencoded, "x".repeat(64 * 1024)],
  ];
}

/** Every route that takes forms, with every body that is not a form. */
export function bodyCases(next: () => Person): Case[] {
  const cases = forms.flatMap((form) => {
    const filledIn = encoded(form.fields(next()));
    const text = filledIn.map(([name, value]) => `${name}=${value}`).join("&");
    return badBodies(text).map(([badness, type, body, encoding]): Case => {
      const headers = { "Content-Type": type, ...(encoding && { "Content-Encoding": encoding }) };
      const cookie = form.isAnonymous ? "" : next().cookie;
      const badnessOfForm = `${form.name} as ${badness}`;
      return {
        method: "POST",
        path: form.path,
        badness: badnessOfForm,
        body,
        headers,
        cookie,
        expected: 400,
      };
    });
  });
  const paths = [...new Set(forms.map(({ path }) => path)), "/sign-out", "/verify-email"];
  const tooLarge = paths.map((path) => ({
    method: "POST",
    path,
    badness: "64 KiB and a byte",
    body: "x".repeat(64 * 1024 + 1),
    cookie: next().cookie,
    expected: 413,
  }));
  return [...cases, ...tooLarge];
}
