package controlplane

import (
	"fmt"

	"github.com/spf13/pflag"
	"k8s.io/apiserver/pkg/util/compatibility"
	cliflag "k8s.io/component-base/cli/flag"
	apiserveroptions "k8s.io/kubernetes/cmd/kube-apiserver/app/options"
	kcm "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	kcmoptions "k8s.io/kubernetes/cmd/kube-controller-manager/app/options"
	scheduleroptions "k8s.io/kubernetes/cmd/kube-scheduler/app/options"
)

// parseFlags sets up the three parts as their own command lines would. They share one registry of component versions and feature
// gates, so all flags are parsed before the registry is set, once.
func (p *ControlPlane) parseFlags() error {
	var err error
	p.apiServer = apiserveroptions.NewServerRunOptions()
	p.scheduler = scheduleroptions.NewOptions()
	if p.controllerManager, err = kcmoptions.NewKubeControllerManagerOptions(); err != nil {
		return fmt.Errorf("kube-controller-manager: %w", err)
	}
	for _, part := range []struct {
		name string
		sets cliflag.NamedFlagSets
		args []string
	}{
		{"kube-apiserver", p.apiServer.Flags(), p.apiServerFlags()},
		{"kube-controller-manager", p.controllerManager.Flags(kcm.KnownControllers(), kcm.ControllersDisabledByDefault(), kcm.ControllerAliases()), p.controllerManagerFlags()},
		{"kube-scheduler", *p.scheduler.Flags, p.schedulerFlags()},
	} {
		flags := pflag.NewFlagSet(part.name, pflag.ContinueOnError)
		for _, set := range part.sets.FlagSets {
			flags.AddFlagSet(set)
		}
		if err := flags.Parse(part.args); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	p.apiServer.SecureServing.Listener = p.listeners[APIServerPort]
	p.controllerManager.SecureServing.Listener = p.listeners[ControllerManagerPort]
	p.scheduler.SecureServing.Listener = p.listeners[SchedulerPort]
	if err := compatibility.DefaultComponentGlobalsRegistry.Set(); err != nil {
		return fmt.Errorf("feature gates: %w", err)
	}
	return nil
}
