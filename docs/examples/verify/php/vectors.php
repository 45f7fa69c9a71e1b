<?php

// Prints the verdict on each vector of a file. Usage: vectors.php FILE

declare(strict_types=1);

require_once __DIR__ . '/verify.php';

$file = json_decode(file_get_contents($argv[1]), flags: JSON_THROW_ON_ERROR);
foreach ($file->vectors as $vector) {
    $authorities = array_map(fn (string $name) => new Certificate(base64_decode($file->authorities->$name)), $vector->trusted);
    $settings = new Settings($vector->origin, $authorities, $vector->policies);
    try {
        verify($vector->token, $vector->nonce, strtotime($vector->nonceIssued), $settings, strtotime($vector->now));
        $verdict = 'accept';
    } catch (Refusal $refusal) {
        $verdict = $refusal->getMessage();
    }
    echo "$vector->name $verdict\n";
}
