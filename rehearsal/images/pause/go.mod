module plumbline.dev/rehearsal/images/pause

go 1.26.0
