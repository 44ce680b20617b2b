/** Part of `@pulumi/pulumi` that is shipped without types: the gRPC service definition of a resource provider. */
declare module "@pulumi/pulumi/proto/provider_grpc_pb.js" {
  import type { ServiceDefinition, UntypedServiceImplementation } from "@grpc/grpc-js";

  const stubs: { readonly ResourceProviderService: ServiceDefinition<UntypedServiceImplementation> };
  export default stubs;
}
