<?php
// The same as server.mjs in PHP, run by its own server with workers:
//
//   PHP_CLI_SERVER_WORKERS=8 NAIVE_DSN='pgsql:host=…' php -S 127.0.0.1:PORT bench/naive/index.php
declare(strict_types=1);

$db = new PDO(getenv('NAIVE_DSN'), getenv('NAIVE_USER') ?: null, getenv('NAIVE_PASSWORD') ?: null, [
    PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
    PDO::ATTR_PERSISTENT => true,
]);

if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    $petition = $_POST['petition'];
    $voter = hash('sha256', $petition . ':' . $_POST['person'] . ':secret', true);
    $db->beginTransaction();
    $add = $db->prepare('INSERT INTO naive_vote (petition, voter, at) VALUES (?, ?, now()) ON CONFLICT DO NOTHING');
    $add->bindValue(1, $petition);
    $add->bindValue(2, $voter, PDO::PARAM_LOB);
    $add->execute();
    $counted = $add->rowCount() === 1;
    if ($counted) {
        $db->prepare('UPDATE naive_petition SET votes = votes + 1 WHERE id = ?')->execute([$petition]);
    }
    $db->commit();
    header('Location: ' . ($counted ? '/tack' : '/redan'), true, 303);
    return;
}

$get = $db->prepare('SELECT title, text, votes FROM naive_petition WHERE id = ?');
$get->execute([$_GET['id']]);
$p = $get->fetch(PDO::FETCH_ASSOC);
header('Content-Type: text/html; charset=utf-8');
$e = static fn (string $s): string => htmlspecialchars($s, ENT_QUOTES, 'UTF-8');
echo '<!doctype html><html lang="sv"><title>', $e($p['title']), '</title><h1>', $e($p['title']), '</h1><p>', $e($p['text']), '</p><p>', (int) $p['votes'], ' röster</p></html>';
