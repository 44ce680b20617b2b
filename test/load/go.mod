module plumbline.dev/test/load

go 1.26.0
