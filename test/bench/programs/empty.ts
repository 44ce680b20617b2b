/** A program without a resource: what is left is the start of everything. */
import "@pulumi/pulumi";
