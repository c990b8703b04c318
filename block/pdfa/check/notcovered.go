package check

func notCovered(part int, level byte) []string { return nil }
