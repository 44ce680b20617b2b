package reconcile

import "k8s.io/apimachinery/pkg/api/errors"

// UnlessGone leaves out the error that says that the object is not there.
func UnlessGone(err error) error {
	if errors.IsNotFound(err) {
		return nil
	}
	return err
}
