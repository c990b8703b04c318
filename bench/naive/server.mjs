// A vote and a page as a small web service is often written: one row a vote,
// one hot counter, a page built for each reader. It is measured beside ours on
// the same PostgreSQL (docs/benchmarks.md) and is in no product.
//
//   node bench/naive/server.mjs PORT POSTGRES-URL
import http from 'node:http'
import { createHash } from 'node:crypto'
import pg from 'pg'

const [port, url] = process.argv.slice(2)
const pool = new pg.Pool({ connectionString: url, max: 16 })
const escape = (s) => s.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c])

async function body(request) {
  let text = ''
  for await (const part of request) text += part
  return new URLSearchParams(text)
}

async function vote(petition, person) {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    const voter = createHash('sha256').update(`${petition}:${person}:secret`).digest()
    const added = await client.query('INSERT INTO naive_vote (petition, voter, at) VALUES ($1, $2, now()) ON CONFLICT DO NOTHING', [petition, voter])
    if (added.rowCount) await client.query('UPDATE naive_petition SET votes = votes + 1 WHERE id = $1', [petition])
    await client.query('COMMIT')
    return added.rowCount === 1
  } catch (err) {
    await client.query('ROLLBACK')
    throw err
  } finally {
    client.release()
  }
}

const server = http.createServer(async (request, response) => {
  try {
    if (request.method === 'POST') {
      const form = await body(request)
      const counted = await vote(form.get('petition'), form.get('person'))
      response.writeHead(303, { location: counted ? '/tack' : '/redan' }).end()
      return
    }
    const found = await pool.query('SELECT title, text, votes FROM naive_petition WHERE id = $1', [new URL(request.url, 'http://x').searchParams.get('id')])
    const p = found.rows[0]
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    response.end(`<!doctype html><html lang="sv"><title>${escape(p.title)}</title><h1>${escape(p.title)}</h1><p>${escape(p.text)}</p><p>${p.votes} röster</p></html>`)
  } catch (err) {
    response.writeHead(500).end(String(err))
  }
})
server.listen(Number(port), '127.0.0.1', () => console.log('ready'))
