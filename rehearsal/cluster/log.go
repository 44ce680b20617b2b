package main

import (
	"io"
	"path/filepath"

	"gopkg.in/natefinch/lumberjack.v2"
	"k8s.io/klog/v2"
)

// openLog opens the file that takes what the components say. It is turned at 50 MB, and two old ones are kept.
func openLog(dir string) io.WriteCloser {
	file := &lumberjack.Logger{Filename: filepath.Join(dir, "log", "cluster.log"), MaxSize: 50, MaxBackups: 2}
	klog.LogToStderr(false)
	klog.SetOutput(file)
	return file
}
