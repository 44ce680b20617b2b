// Package releases gives the release controller the rights that it has in a cloud, so that a right that it lacks is missed here first.
package releases

import (
	"context"
	"fmt"

	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"sigs.k8s.io/yaml"

	"plumbline.dev/delivery/controller/api"
)

// User is whom the API server takes the controller for.
const User = "plumbline:release-controller"

// Grant makes the controller's role, and binds it.
func Grant(ctx context.Context, client kubernetes.Interface) error {
	role := &rbacv1.ClusterRole{}
	if err := yaml.UnmarshalStrict(api.Role, role); err != nil {
		return fmt.Errorf("the role of the release controller cannot be read: %w", err)
	}
	binding := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: role.Name},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role.Name},
		Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: User}},
	}
	rbac := client.RbacV1()
	_, err := rbac.ClusterRoles().Create(ctx, role, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		_, err = rbac.ClusterRoles().Update(ctx, role, metav1.UpdateOptions{})
	}
	if err != nil {
		return err
	}
	_, err = rbac.ClusterRoleBindings().Create(ctx, binding, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}
