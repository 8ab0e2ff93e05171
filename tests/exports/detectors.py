"""Detectors: how many boxes there are is in the image."""

import torch
import torchvision
from torch import nn
from torchvision.models import detection

from registry import SCRIPT, Net, calibrate, dynamic, vary


class Detector(nn.Module):
    """Boxes are in parts of the image's size, so that all floating-point outputs have the same magnitude."""

    def __init__(self, model, size, *more):
        super().__init__()
        self.model, self.size, self.more = model, size, more

    def forward(self, image):
        found = self.model([image])[0]
        return found["boxes"] / self.size, found["scores"], found["labels"], *(found[part] for part in self.more)


def detector_net(model, size, images=2):
    return Net(
        Detector(model, size),
        [(torch.rand(3, size, size),) for _ in range(images)],
        ["image"],
        ["boxes", "scores", "labels"],
    )


@dynamic("ssdlite_nms", SCRIPT, 11)
def ssdlite_nms():
    features = torchvision.models.mobilenet_v3_small(num_classes=1).features
    halving = [i for i, block in enumerate(features) if getattr(block, "_is_cn", False)]
    backbone = vary(
        detection.ssdlite.SSDLiteFeatureExtractorMobileNet(
            features, halving[-1], nn.BatchNorm2d, min_depth=8, width_mult=0.25
        )
    )
    calibrate(backbone, torch.randn(8, 3, 128, 128))
    anchors = detection.anchor_utils.DefaultBoxGenerator([[2, 3]] * 6, min_ratio=0.2, max_ratio=0.95)
    channels = detection._utils.retrieve_out_channels(backbone, (128, 128))
    head = detection.ssdlite.SSDLiteHead(channels, anchors.num_anchors_per_location(), 4, nn.BatchNorm2d)
    model = detection.ssd.SSD(
        backbone,
        anchors,
        (128, 128),
        4,
        head=vary(head),
        score_thresh=0.3,
        nms_thresh=0.4,
        detections_per_img=30,
        topk_candidates=60,
    )
    return detector_net(model, 128, 3)


@dynamic("retinanet_nms", SCRIPT, 13)
def retinanet_nms():
    backbone = calibrate(
        vary(
            detection.backbone_utils.BackboneWithFPN(
                torchvision.models.ResNet(torchvision.models.resnet.BasicBlock, [1, 1, 1, 1], num_classes=1),
                {"layer2": "0", "layer3": "1"},
                [128, 256],
                32,
            )
        ),
        torch.randn(8, 3, 96, 96),
    )
    anchors = detection.anchor_utils.AnchorGenerator(((16, 24), (32, 48), (64, 96)), ((0.5, 1.0, 2.0),) * 3)
    head = vary(
        detection.retinanet.RetinaNetHead(32, anchors.num_anchors_per_location()[0], 4, norm_layer=nn.BatchNorm2d)
    )
    model = detection.RetinaNet(
        backbone,
        4,
        min_size=96,
        max_size=96,
        anchor_generator=anchors,
        head=head,
        score_thresh=0.6,
        topk_candidates=50,
        detections_per_img=20,
    )
    return detector_net(model, 96)


def two_stages(model_class, **heads):
    """A detector that looks at proposals a second time, with whatever heads."""
    backbone = torchvision.models.mobilenet_v3_small(num_classes=1).features[:9]
    calibrate(vary(backbone), torch.randn(8, 3, 96, 96))
    backbone.out_channels = 48
    model = model_class(
        backbone,
        None,
        min_size=96,
        max_size=96,
        rpn_anchor_generator=detection.anchor_utils.AnchorGenerator(((16, 32, 64),), ((0.5, 1.0, 2.0),)),
        box_roi_pool=torchvision.ops.MultiScaleRoIAlign(["0"], 5, 2),
        box_head=detection.faster_rcnn.TwoMLPHead(48 * 25, 64),
        box_predictor=detection.faster_rcnn.FastRCNNPredictor(64, 4),
        rpn_pre_nms_top_n_test=60,
        rpn_post_nms_top_n_test=20,
        box_score_thresh=0.2,
        box_detections_per_img=15,
        **heads,
    )
    for part in (model.rpn, model.roi_heads):
        vary(part)
    return model


@dynamic("faster_rcnn", SCRIPT, 12)
def faster_rcnn():
    return detector_net(two_stages(detection.FasterRCNN), 96)


@dynamic("mask_rcnn", SCRIPT, 12)
def mask_rcnn():
    model = two_stages(
        detection.MaskRCNN,
        mask_roi_pool=torchvision.ops.MultiScaleRoIAlign(["0"], 7, 2),
        mask_head=detection.mask_rcnn.MaskRCNNHeads(48, (16,), 1),
        mask_predictor=detection.mask_rcnn.MaskRCNNPredictor(16, 16, 4),
    )
    net = detector_net(model, 96)
    return Net(Detector(model, 96, "masks"), net.data_sets, net.inputs, net.outputs + ["masks"])


@dynamic("keypoint_rcnn", SCRIPT, 12)
def keypoint_rcnn():
    model = two_stages(
        detection.KeypointRCNN,
        keypoint_roi_pool=torchvision.ops.MultiScaleRoIAlign(["0"], 7, 2),
        keypoint_head=detection.keypoint_rcnn.KeypointRCNNHeads(48, (16,)),
        keypoint_predictor=detection.keypoint_rcnn.KeypointRCNNPredictor(16, 5),
    )
    net = detector_net(model, 96)
    return Net(Detector(model, 96, "keypoints_scores"), net.data_sets, net.inputs, net.outputs + ["keypoints_scores"])


@dynamic("fcos_nms", SCRIPT, 13)
def fcos_nms():
    backbone = detection.backbone_utils.BackboneWithFPN(
        calibrate(
            vary(torchvision.models.ResNet(torchvision.models.resnet.BasicBlock, [1, 1, 1, 1], num_classes=1)),
            torch.randn(8, 3, 96, 96),
        ),
        {"layer2": "0", "layer3": "1"},
        [128, 256],
        32,
    )
    anchors = detection.anchor_utils.AnchorGenerator(((16,), (32,), (64,)), ((1.0,),) * 3)
    head = detection.fcos.FCOSHead(32, anchors.num_anchors_per_location()[0], 4)
    model = detection.FCOS(
        vary(backbone),
        4,
        min_size=96,
        max_size=96,
        anchor_generator=anchors,
        head=vary(head),
        score_thresh=0.3,
        topk_candidates=50,
        detections_per_img=20,
    )
    return detector_net(model, 96)
