// Plumbline-validator judges requests by OpenAPI documents, for Envoy.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"plumbline.dev/edge/validator"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "plumbline-validator:", err)
		os.Exit(1)
	}
}

func run() error {
	folder := flag.String("documents", os.Getenv("DOCUMENTS_FOLDER"), "folder with a .json file for each document")
	address := flag.String("address", ":"+known("PORT", "8080"), "where to take Envoy's streams (gRPC)")
	admin := flag.String("admin", ":"+known("ADMIN_PORT", "9090"), "where to answer for /metrics, /startupz, /readyz and /livez")
	patience := flag.String("shutdown-seconds", known("SHUTDOWN_SECONDS", "30"), "how long requests under way get at the end")
	check := flag.Bool("check", false, "say which routes the documents are for, and end")
	flag.Parse()
	if flag.NArg() > 0 {
		return fmt.Errorf("%q was given; only flags are allowed (--help shows them)", flag.Args())
	}
	seconds, err := strconv.Atoi(*patience)
	if err != nil || seconds < 0 {
		return fmt.Errorf("--shutdown-seconds: %q was given; allowed: a whole number", *patience)
	}
	set, err := validator.Load(*folder)
	if err != nil {
		return err
	}
	if *check {
		fmt.Println(strings.Join(set.Routes(), "\n"))
		return nil
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	return validator.Serve(ctx, set, validator.Options{
		Address:  *address,
		Admin:    *admin,
		Patience: time.Duration(seconds) * time.Second,
		Log:      slog.New(slog.NewJSONHandler(os.Stdout, nil)),
	})
}

func known(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}
