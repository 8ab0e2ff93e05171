"""scikit-learn models by skl2onnx, fitted to made-up data."""

import numpy as np
from skl2onnx import to_onnx
from skl2onnx.common.data_types import StringTensorType
from sklearn import (
    cluster,
    datasets,
    decomposition,
    ensemble,
    feature_extraction,
    linear_model,
    naive_bayes,
    neighbors,
    neural_network,
)
from sklearn import pipeline, preprocessing, svm, tree

from registry import Net, export

SKLEARN = "skl2onnx"


def table(classes=3, features=8, rows=150):
    x, y = datasets.make_classification(rows, features, n_informative=5, n_classes=classes, random_state=1)
    return x.astype(np.float32), y


def fitted_net(model, classes=3, regression=False, opsets=None, **options):
    """A Net that takes any number of rows of a table, by its first and its last dozen rows."""
    x, y = table(classes)
    model.fit(x, x[:, 0] * y + x[:, 1] if regression else y)
    onnx_model = to_onnx(
        model,
        x[:1],
        target_opset=opsets or {"": 15, "ai.onnx.ml": 3},
        options={id(model): options} if options else None,
    )
    for value in [*onnx_model.graph.input, *onnx_model.graph.output]:
        for dim in value.type.tensor_type.shape.dim[:1]:
            dim.dim_param = "rows"
    return Net(
        onnx_model,
        [(x[:12],), (x[-5:],)],
        [i.name for i in onnx_model.graph.input],
        [o.name for o in onnx_model.graph.output],
    )


def classic(name, opset=15):
    return export(name, SKLEARN, opset, group="exports_dynamic")


@classic("sk_logistic")
def sk_logistic():
    return fitted_net(
        pipeline.make_pipeline(preprocessing.StandardScaler(), linear_model.LogisticRegression()), zipmap=False
    )


@classic("sk_logistic_binary", 9)
def sk_logistic_binary():
    return fitted_net(linear_model.LogisticRegression(), classes=2, opsets={"": 9, "ai.onnx.ml": 1}, zipmap=False)


@classic("sk_random_forest")
def sk_random_forest():
    return fitted_net(ensemble.RandomForestClassifier(10, max_depth=5, random_state=0), zipmap=False)


@classic("sk_extra_trees_regressor")
def sk_extra_trees_regressor():
    return fitted_net(ensemble.ExtraTreesRegressor(10, max_depth=5, random_state=0), regression=True)


@classic("sk_gradient_boosting")
def sk_gradient_boosting():
    return fitted_net(ensemble.GradientBoostingClassifier(n_estimators=10, random_state=0), zipmap=False)


@classic("sk_decision_tree")
def sk_decision_tree():
    return fitted_net(tree.DecisionTreeRegressor(max_depth=6, random_state=0), regression=True)


@classic("sk_svc")
def sk_svc():
    return fitted_net(svm.SVC(gamma=0.1), zipmap=False)


@classic("sk_svr")
def sk_svr():
    return fitted_net(svm.SVR(kernel="poly", degree=2, coef0=1.0), regression=True)


@classic("sk_one_class_svm")
def sk_one_class_svm():
    return fitted_net(svm.OneClassSVM(gamma=0.05))


@classic("sk_mlp")
def sk_mlp():
    return fitted_net(neural_network.MLPClassifier((16,), max_iter=300, random_state=0), zipmap=False)


@classic("sk_naive_bayes")
def sk_naive_bayes():
    return fitted_net(naive_bayes.GaussianNB(), zipmap=False)


@classic("sk_neighbors")
def sk_neighbors():
    return fitted_net(neighbors.KNeighborsClassifier(3), zipmap=False)


@classic("sk_kmeans")
def sk_kmeans():
    return fitted_net(cluster.KMeans(4, n_init=1, random_state=0))


@classic("sk_isolation_forest")
def sk_isolation_forest():
    return fitted_net(ensemble.IsolationForest(n_estimators=5, random_state=0))


@classic("sk_features")
def sk_features():
    """Steps of preprocessing that are rarely seen elsewhere."""
    return fitted_net(
        pipeline.make_pipeline(
            preprocessing.MinMaxScaler(clip=True),
            preprocessing.PolynomialFeatures(2),
            preprocessing.Normalizer(),
            decomposition.PCA(4, random_state=0),
            preprocessing.Binarizer(threshold=0.01),
        )
    )


def text_net(model, words, fitted_to, **options):
    model.fit(fitted_to)
    onnx_model = to_onnx(
        model,
        initial_types=[("words", StringTensorType([None, words]))],
        target_opset={"": 15, "ai.onnx.ml": 3},
        options={id(model): options} if options else None,
    )
    for dim in onnx_model.graph.output[0].type.tensor_type.shape.dim[:1]:
        dim.dim_param = onnx_model.graph.input[0].type.tensor_type.shape.dim[0].dim_param = "rows"
    return onnx_model


@classic("sk_one_hot_strings")
def sk_one_hot_strings():
    rows = np.array([["red", "small"], ["green", "large"], ["blue", "small"], ["red", "medium"]], dtype=object)
    model = text_net(preprocessing.OneHotEncoder(handle_unknown="ignore"), 2, rows)
    return Net(
        model,
        [(rows,), (np.array([["blue", "large"], ["pink", "small"]], dtype=object),)],
        ["words"],
        [model.graph.output[0].name],
    )


@classic("sk_tfidf_strings")
def sk_tfidf_strings():
    texts = ["the cat sat on the mat", "a dog sat", "the dog and the cat", "no animal sat here"]
    model = text_net(feature_extraction.text.TfidfVectorizer(ngram_range=(1, 2)), 1, texts, locale="C")
    rows = np.array([[t] for t in texts], dtype=object)
    return Net(model, [(rows,), (rows[1:3],)], ["words"], [model.graph.output[0].name])
