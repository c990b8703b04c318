package db_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/fault"
)

// The files that everyone adds: named NNNN_name.sql, each number once, only
// known placeholders, on both engines.
func TestEmbeddedMigrations(t *testing.T) {
	for _, engine := range []string{db.SQLite, db.Postgres} {
		texts, err := db.EmbeddedMigrations(engine)
		if err != nil {
			t.Fatal(err)
		}
		if len(texts) == 0 {
			t.Fatal("no migrations are embedded")
		}
		for name, text := range texts {
			if strings.Contains(text, "{{") {
				t.Errorf("%s: a placeholder is left on %s", name, engine)
			}
		}
	}
}

func TestMigrationFilesRefused(t *testing.T) {
	for name, files := range map[string]fstest.MapFS{
		"two of a number":     {"migrations/0100_a.sql": {}, "migrations/0100_b.sql": {}},
		"no number":           {"migrations/a.sql": {}},
		"number zero":         {"migrations/0000_a.sql": {}},
		"capitals":            {"migrations/0100_A.sql": {}},
		"unknown placeholder": {"migrations/0100_a.sql": {Data: []byte("CREATE TABLE a (b {{text}})")}},
	} {
		if _, err := db.RenderAll(files, db.SQLite); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func table(name string) string {
	return "CREATE TABLE " + name + " (id TEXT NOT NULL PRIMARY KEY) {{strict}};"
}

// A file of an earlier step may come after one of a later step.
func TestMigratesInSteps(t *testing.T) {
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		files := map[string]string{"0060_late.sql": table("late")}
		for range 2 { // the second time there is nothing to do
			_ = open(t, db.WithMigrations(o, files)).Close()
		}
		files["0021_early.sql"] = table("early")
		d := open(t, db.WithMigrations(o, files))
		for _, name := range []string{"early", "late"} {
			err := d.Tx(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), "INSERT INTO "+name+" (id) VALUES ($1)", "x")
				return err
			})
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// A failing file leaves nothing of itself behind, and what came before it stays.
func TestFailingMigration(t *testing.T) {
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		files := map[string]string{"0100_good.sql": table("good"), "0101_bad.sql": table("half") + "CREATE TABLE good (id TEXT);"}
		if _, err := db.Open(t.Context(), db.WithMigrations(o, files)); fault.KindOf(err) != fault.Internal {
			t.Fatalf("opened with a failing migration: %v", err)
		}
		files["0101_bad.sql"] = table("half")
		open(t, db.WithMigrations(o, files)) // mended, it runs from its beginning
	})
}

func TestRefusesNewerDatabase(t *testing.T) {
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		_ = open(t, db.WithMigrations(o, map[string]string{"0100_future.sql": table("future")})).Close()
		_, err := db.Open(t.Context(), db.WithMigrations(o, nil))
		if fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "newer") {
			t.Errorf("opened by an older program: %v", err)
		}
		o.ReadOnly = true
		if _, err := db.Open(t.Context(), db.WithMigrations(o, nil)); fault.KindOf(err) != fault.Conflict {
			t.Errorf("looked at by an older program: %v", err)
		}
	})
}

// M-124, I-15: a database belongs to one environment.
func TestEnvironmentMark(t *testing.T) {
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		o = db.WithMigrations(o, nil)
		_ = open(t, o).Close()
		o.Environment = "production"
		for _, o.ReadOnly = range []bool{false, true} {
			_, err := db.Open(t.Context(), o)
			if fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "marked test") {
				t.Errorf("read-only %v: %v", o.ReadOnly, err)
			}
		}
	})
}

// Before a migration of an existing SQLite database there is a copy of it;
// retention removes it when it is old.
func TestCopyBeforeMigration(t *testing.T) {
	o := dbtest.SQLite(t)
	d := open(t, db.WithMigrations(o, things))
	if err := insert(t.Context(), d, "a", 1); err != nil {
		t.Fatal(err)
	}
	_ = d.Close()
	files := maps.Clone(things)
	files["9001_more.sql"] = table("more") + "DELETE FROM thing;"
	d = open(t, db.WithMigrations(o, files))
	if n := count(t, d); n != 0 {
		t.Fatalf("the migration did not run: %d rows", n)
	}
	copied := o
	copied.DSN = o.DSN + ".before-9001"
	if n := count(t, open(t, db.WithMigrations(copied, things))); n != 1 {
		t.Errorf("%d rows in the copy", n)
	}
	if n, err := d.RemoveCopies(time.Now().Add(-time.Hour)); n != 0 || err != nil {
		t.Errorf("a young copy: %d %v", n, err)
	}
	if n, err := d.RemoveCopies(time.Now().Add(time.Hour)); n == 0 || err != nil {
		t.Errorf("an old copy: %d %v", n, err)
	}
	if left, _ := filepath.Glob(o.DSN + ".before*"); len(left) > 0 {
		t.Errorf("still there: %v", left)
	}
}

// Several nodes that start at once migrate once.
func TestNodesStartTogether(t *testing.T) {
	if !dbtest.HavePostgres(t) {
		return
	}
	o := db.WithMigrations(dbtest.Postgres(t), things)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			d, err := db.Open(t.Context(), o)
			if err != nil {
				t.Error(err)
				return
			}
			_ = d.Close()
		})
	}
	all.Wait()
}

// Both engines end with the same tables, columns, types, nullability and
// unique keys, from one text.
func TestSameSchemaOnBothEngines(t *testing.T) {
	schemas := make(map[string]map[string]string)
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		d := open(t, o)
		if o.Driver == db.SQLite {
			schemas[o.Driver] = sqliteSchema(t, d)
		} else {
			schemas[o.Driver] = postgresSchema(t, d)
		}
	})
	lite := schemas[db.SQLite]
	if lite["lease.name"] != "text not null" || lite["lease key (name)"] != "unique" {
		t.Fatalf("SQLite's schema is not read rightly: %v", lite)
	}
	if schemas[db.Postgres] == nil {
		return // said loudly by EachOptions
	}
	var differ []string
	for _, part := range slices.Sorted(maps.Keys(merged(lite, schemas[db.Postgres]))) {
		if a, b := lite[part], schemas[db.Postgres][part]; a != b {
			differ = append(differ, fmt.Sprintf("%-40s sqlite: %-20q postgres: %q", part, a, b))
		}
	}
	if len(differ) > 0 {
		t.Errorf("the schemas differ:\n%s", strings.Join(differ, "\n"))
	}
}

func merged(a, b map[string]string) map[string]string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// collect runs a query that gives part and what it is.
func collect(t *testing.T, d *db.DB, into map[string]string, query string) {
	t.Helper()
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		rows, err := tx.Query(t.Context(), query)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var part, what string
			if err := rows.Scan(&part, &what); err != nil {
				return err
			}
			into[part] = what
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
}

func sqliteSchema(t *testing.T, d *db.DB) map[string]string {
	all := make(map[string]string)
	const tables = `sqlite_master m WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'goose%'`
	collect(t, d, all, `
		SELECT m.name || '.' || c.name, lower(c.type) || CASE WHEN c."notnull" = 1 OR c.pk > 0 THEN ' not null' ELSE '' END
		FROM pragma_table_info(m.name) c, `+tables)
	collect(t, d, all, `
		SELECT m.name || ' key (' || (SELECT group_concat(name, ',') FROM (
			SELECT i.name FROM pragma_index_info(l.name) i ORDER BY i.name)) || ')', 'unique'
		FROM pragma_index_list(m.name) l, `+tables+` AND l."unique" = 1`)
	// a single INTEGER PRIMARY KEY is the row's own number and has no index
	collect(t, d, all, `
		SELECT m.name || ' key (' || c.name || ')', 'unique'
		FROM pragma_table_info(m.name) c, `+tables+` AND c.pk = 1 AND upper(c.type) = 'INTEGER'
			AND (SELECT count(*) FROM pragma_table_info(m.name) k WHERE k.pk > 0) = 1`)
	return all
}

func postgresSchema(t *testing.T, d *db.DB) map[string]string {
	all := make(map[string]string)
	collect(t, d, all, `
		SELECT table_name || '.' || column_name,
			CASE data_type WHEN 'bigint' THEN 'integer' WHEN 'bytea' THEN 'blob' ELSE data_type END
			|| CASE WHEN is_nullable = 'NO' THEN ' not null' ELSE '' END
		FROM information_schema.columns
		WHERE table_schema = current_schema() AND table_name NOT LIKE 'goose%'`)
	collect(t, d, all, `
		SELECT c.relname || ' key (' || string_agg(a.attname, ',' ORDER BY a.attname COLLATE "C") || ')', 'unique'
		FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
			JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
		WHERE i.indisunique AND c.relnamespace = current_schema()::regnamespace AND c.relname NOT LIKE 'goose%'
		GROUP BY c.relname, i.indexrelid`)
	return all
}

// reserved are the words that PostgreSQL does not take as the name of a table
// or column (its documentation, appendix "SQL Key Words", reserved) and that one
// might well use. SQLite takes most of them, so without PostgreSQL at hand the
// mistake would show late.
var reserved = []string{
	"all", "analyse", "analyze", "and", "any", "array", "as", "asc", "both", "case", "cast", "check", "collate", "column",
	"constraint", "create", "default", "deferrable", "desc", "distinct", "do", "else", "end", "except", "false", "fetch",
	"for", "foreign", "from", "grant", "group", "having", "in", "initially", "intersect", "into", "lateral", "leading",
	"limit", "not", "null", "offset", "on", "only", "or", "order", "placing", "primary", "references", "returning",
	"select", "session_user", "some", "symmetric", "table", "then", "to", "trailing", "true", "union", "unique", "user",
	"using", "variadic", "when", "where", "window", "with",
}

func TestNoReservedNames(t *testing.T) {
	texts, err := db.EmbeddedMigrations(db.SQLite)
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`(?im)(?:CREATE\s+TABLE|ALTER\s+TABLE)\s+(\w+)|^\s+(\w+)\s+(?:TEXT|INTEGER|BLOB)\b`)
	found := 0
	for file, text := range texts {
		for _, match := range named.FindAllStringSubmatch(text, -1) {
			name := strings.ToLower(match[1] + match[2])
			found++
			if slices.Contains(reserved, name) {
				t.Errorf("%s: %q is a reserved word of PostgreSQL", file, name)
			}
		}
	}
	if found < 5 {
		t.Errorf("only %d names found: the pattern no longer fits the files", found)
	}
}
