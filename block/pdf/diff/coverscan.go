package diff

// What can be read on a page without being text: scanned pages and letters drawn
// as outlines. It cannot be told what they say, only how much of them is hidden.

// readScan counts invisible text that lies on an image as text: it is what a
// program has read on a scanned page, and the image shows it.
func (sc *scene) readScan() {
	var images []paint
	for _, p := range sc.paints {
		if p.image {
			images = append(images, p)
		}
	}
	if len(images)*len(sc.runs) > maxCrossings {
		return
	}
	for i, r := range sc.runs {
		for _, p := range images {
			if r.invisible && r.box.covered(p.box) > 0.5 {
				sc.runs[i].invisible = false
				break
			}
		}
	}
}

// hiddenImage is how much of a page's images lies beneath paints, in square
// points. What is painted twice counts twice.
func hiddenImage(page, paints []paint) float64 {
	sum := 0.0
	if len(page)*len(paints) > maxCrossings {
		return 1e9
	}
	for _, below := range page {
		if !below.image {
			continue
		}
		for _, p := range paints {
			sum += below.box.meet(p.box).area() * p.weight
		}
	}
	return sum
}

// shapes counts the small filled shapes of a page that lie beneath paints.
func shapes(page, paints []paint) int {
	n := 0
	if len(page)*len(paints) > maxCrossings {
		return maxShapes + 1
	}
	for _, below := range page {
		w, h := below.box[2]-below.box[0], below.box[3]-below.box[1]
		if below.image || w < 1 || w > 60 || h < 2 || h > 40 {
			continue
		}
		share := 0.0
		for _, p := range paints {
			share += below.box.covered(p.box) * p.weight
		}
		if share > 0.5 {
			n++
		}
	}
	return n
}
